import "server-only";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type AccountContext, requireOwnProof } from "@/lib/identity/account/account-context";
import {
  endOthersAfterChange,
  recordFactorChange,
  refuseLastFactor,
} from "@/lib/identity/account/change-factors";
import { revokeCredentials } from "@/lib/identity/credentials/store";

type Removal = { readonly kind: "totp" } | { readonly kind: "passkey"; readonly id: string };

async function remove(cx: AccountContext, what: Removal): Promise<{ removed: boolean }> {
  const { userId } = cx.principal;
  await inTransaction(cx, async (tx) => {
    const count = await revokeCredentials(tx, { userId, ...what, at: cx.clock.now() });
    if (count === 0) throw new DomainError("credential.not-found");
    await recordFactorChange(tx, cx, "credential.revoke", {
      factor: what.kind,
      ...("id" in what ? { credential: what.id } : {}),
    });
    await endOthersAfterChange(tx, cx);
  });
  return { removed: true };
}

/** Removes one of the caller's passkeys; what it signed before stays on record. */
export async function removePasskey(cx: AccountContext, id: string): Promise<{ removed: boolean }> {
  const account = await requireOwnProof(cx);
  if (!account.passkeys.some((passkey) => passkey.id === id)) throw new DomainError("credential.not-found");
  refuseLastFactor(account, {
    hasTotp: account.totp !== undefined,
    passkeys: account.passkeys.length - 1,
  });
  return remove(cx, { kind: "passkey", id });
}

/** Removes the caller's authenticator program. */
export async function removeTotp(cx: AccountContext): Promise<{ removed: boolean }> {
  const account = await requireOwnProof(cx);
  if (account.totp === undefined) throw new DomainError("credential.not-found");
  refuseLastFactor(account, { hasTotp: false, passkeys: account.passkeys.length });
  return remove(cx, { kind: "totp" });
}
