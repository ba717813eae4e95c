import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { SignInMethod } from "@/lib/context/principal";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { AccountContext } from "@/lib/identity/account/account-context";
import { endSessionsIn } from "@/lib/identity/sessions/end-session";
import { isPrivileged } from "@/lib/identity/sessions/privileged";
import { refreshProof } from "@/lib/identity/sessions/store";
import type { Account } from "@/lib/identity/sign-in/credential-store";

export type FactorChange =
  | "credential.create"
  | "credential.change"
  | "credential.revoke"
  | "credential.renew";

/** Records a change of the caller's factors in the log. */
export async function recordFactorChange(
  tx: Tx,
  cx: AccountContext,
  action: FactorChange,
  details: { readonly factor: string; readonly credential?: string },
): Promise<void> {
  await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action,
    subjects: [`user:${cx.principal.userId}`],
    details,
  });
}

/**
 * Adds a new factor to the session's proof. The caller has just used it, together with a fresh proof of the others.
 */
export async function proveByNewFactor(
  tx: Tx,
  cx: AccountContext,
  method: SignInMethod,
  passkeyId?: string,
): Promise<void> {
  if (!(await refreshProof(tx, cx.session.sessionId, { at: cx.clock.now(), method, passkeyId })))
    throw new DomainError("auth.session", { detail: "Sign in again." });
}

/** Ends sessions that rest on a removed factor or an old password. */
export async function endOthersAfterChange(tx: Tx, cx: AccountContext): Promise<void> {
  const { userId } = cx.principal;
  await endSessionsIn(tx, cx, { userId, but: cx.session.sessionId, reason: "factors-changed" });
}

/** Refuses to remove the last way to sign in, or the last second factor of a person who needs one. */
export function refuseLastFactor(
  account: Account,
  left: { readonly hasTotp: boolean; readonly passkeys: number },
): void {
  const hasPassword = account.passwordHash !== undefined;
  const hasWayIn = left.passkeys > 0 || hasPassword;
  const hasSecond = left.passkeys > 0 || (hasPassword && left.hasTotp);
  if (hasWayIn && (hasSecond || !isPrivileged(account.holder))) return;
  throw new DomainError("credential.last", { detail: "Add another passkey or authenticator first." });
}
