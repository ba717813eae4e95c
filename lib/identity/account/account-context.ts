import "server-only";
import type { Context } from "@/lib/context/context";
import type { ScopeTable, SessionProof } from "@/lib/context/principal";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { isFresh } from "@/lib/identity/sessions/session-rules";
import type { SessionSecret } from "@/lib/identity/sessions/session-token";
import { isSessionOpen } from "@/lib/identity/sessions/store";
import { type Account, findAccount, lockAccount } from "@/lib/identity/sign-in/credential-store";
import { needsSecondFactor } from "@/lib/identity/sign-in/second-factor";
import type { Site } from "@/lib/identity/sign-in/site";
import type { Limits } from "@/lib/rate-limit/limits";

/** A signed-in person looking after their own account. */
export interface AccountContext extends Context, SessionSecret, ScopeTable {
  readonly site: Site;
  readonly limits: Limits;
  readonly session: SessionProof;
}

/** The caller with all their current sign-in factors. */
export async function ownAccount(cx: AccountContext): Promise<Account> {
  const account = await inSnapshot(cx, (tx) => findAccount(tx, cx.instance.tenantId, cx.principal.userId));
  if (account === undefined) throw new InvariantError("a signed-in person has no account");
  return account;
}

function requireProof(cx: AccountContext, account: Account): void {
  const { provedAt, multiFactorAt } = cx.session;
  if (!isFresh(needsSecondFactor(account) ? multiFactorAt : provedAt, cx.clock.now()))
    throw new DomainError("auth.step-up", {
      detail: "Changing factors needs a proof from the last 15 minutes.",
    });
}

/**
 * Refuses a change of sign-in factors on an open browser alone. The session needs a proof of every factor the caller
 * has, at most 15 minutes old. A privileged person needs a second factor, even if they have none left.
 */
export async function requireOwnProof(cx: AccountContext): Promise<Account> {
  const account = await ownAccount(cx);
  requireProof(cx, account);
  return account;
}

/**
 * Runs a change of the caller's factors with the account locked and read again. Another request may have changed the
 * account or ended this session since the first read.
 */
export function changeOwnAccount<T>(
  cx: AccountContext,
  change: (tx: Tx, account: Account) => Promise<T>,
): Promise<T> {
  return inTransaction(cx, async (tx) => {
    const account = await lockAccount(tx, cx.instance.tenantId, cx.principal.userId);
    if (account === undefined) throw new InvariantError("a signed-in person has no account");
    if (!(await isSessionOpen(tx, cx.session.sessionId)))
      throw new DomainError("auth.session", { detail: "Sign in again." });
    requireProof(cx, account);
    return change(tx, account);
  });
}
