import "server-only";
import { DomainError } from "@/lib/errors";
import { type AccountContext, changeOwnAccount } from "@/lib/identity/account/account-context";
import {
  endOthersAfterChange,
  recordFactorChange,
  refuseLastFactor,
} from "@/lib/identity/account/change-factors";
import { type Account, revokeCredentials } from "@/lib/identity/sign-in/credential-store";

type Removal = { readonly kind: "totp" } | { readonly kind: "passkey"; readonly id: string };

/** Returns the account without the factor; undefined if the account does not have it. */
function leftWithout(account: Account, what: Removal) {
  const { totp, passkeys } = account;
  if (what.kind === "totp")
    return totp === undefined ? undefined : { hasTotp: false, passkeys: passkeys.length };
  if (!passkeys.some(({ id }) => id === what.id)) return undefined;
  return { hasTotp: totp !== undefined, passkeys: passkeys.length - 1 };
}

async function remove(cx: AccountContext, what: Removal): Promise<{ removed: boolean }> {
  const { userId } = cx.principal;
  // Checked under the lock: two removals at the same time would each count the other's factor as left.
  await changeOwnAccount(cx, async (tx, account) => {
    const left = leftWithout(account, what);
    if (left === undefined) throw new DomainError("credential.not-found");
    refuseLastFactor(account, left);
    await revokeCredentials(tx, { userId, ...what, at: cx.clock.now() });
    await recordFactorChange(tx, cx, "credential.revoke", {
      factor: what.kind,
      ...("id" in what ? { credential: what.id } : {}),
    });
    await endOthersAfterChange(tx, cx);
  });
  return { removed: true };
}

/** Removes one of the caller's passkeys. Its past signatures stay on record. */
export function removePasskey(cx: AccountContext, id: string): Promise<{ removed: boolean }> {
  return remove(cx, { kind: "passkey", id });
}

/** Removes the caller's authenticator app. */
export function removeTotp(cx: AccountContext): Promise<{ removed: boolean }> {
  return remove(cx, { kind: "totp" });
}
