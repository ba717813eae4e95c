import "server-only";
import { recordEvent } from "@/lib/audit/record/record-event";
import { DomainError } from "@/lib/errors";
import {
  type AccountContext,
  changeOwnAccount,
  requireOwnProof,
} from "@/lib/identity/account/account-context";
import { endOthersAfterChange, recordFactorChange } from "@/lib/identity/account/change-factors";
import type { PasswordChange } from "@/lib/identity/account/schema";
import { countFailedProof } from "@/lib/identity/account/step-up";
import { replacePassword } from "@/lib/identity/sign-in/credential-store";
import { hashPassword, verifyPassword } from "@/lib/identity/sign-in/password";
import { weaknessOf } from "@/lib/identity/sign-in/password-strength";

async function refuseWrong(cx: AccountContext): Promise<DomainError> {
  await recordEvent(cx, {
    class: "identity",
    outcome: "denied",
    action: "credential.change",
    subjects: [],
    details: { factor: "password", fault: "password" },
  });
  const wrong = new DomainError("auth.sign-in", {
    detail: "The current password is wrong.",
    errors: [{ pointer: "/current", detail: "is not your password" }],
  });
  const refusal = await countFailedProof(cx, wrong);
  refusal.isRecorded = true;
  return refusal;
}

/** Changes the caller's password and ends their other sessions. */
export async function changePassword(
  cx: AccountContext,
  input: PasswordChange,
): Promise<{ created_at: string }> {
  const account = await requireOwnProof(cx);
  const { passwordHash } = account;
  if (passwordHash === undefined) throw new DomainError("credential.not-found");
  if (!(await verifyPassword(input.current, passwordHash))) throw await refuseWrong(cx);
  const weakness = weaknessOf(input.next, [account.email, account.holder.name, input.current]);
  if (weakness !== undefined)
    throw new DomainError("credential.invalid", {
      detail: "The new password is too easy to guess.",
      errors: [{ pointer: "/next", detail: weakness }],
    });
  const now = cx.clock.now();
  const hash = await hashPassword(input.next);
  const isChanged = await changeOwnAccount(cx, async (tx, standing) => {
    // Another change came first, so the verified password is out of date.
    if (standing.passwordHash !== passwordHash) return false;
    await replacePassword(tx, cx.principal.userId, hash, now);
    await recordFactorChange(tx, cx, "credential.change", { factor: "password" });
    await endOthersAfterChange(tx, cx);
    return true;
  });
  if (!isChanged) throw await refuseWrong(cx);
  return { created_at: now.toISOString() };
}
