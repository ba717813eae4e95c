import "server-only";
import type { Context, SessionProof } from "@/lib/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { type Account, findAccount } from "@/lib/identity/credentials/store";
import { hasSecondFactor } from "@/lib/identity/second-factor";
import { isFresh } from "@/lib/identity/session-rules";
import type { SessionSecret } from "@/lib/identity/session-token";
import type { Site } from "@/lib/identity/site";

/** A signed-in person looking after their own account. */
export interface AccountContext extends Context, SessionSecret {
  readonly site: Site;
  readonly session: SessionProof;
}

/** The caller with every factor that stands. */
export async function ownAccount(cx: AccountContext): Promise<Account> {
  const account = await inSnapshot(cx, (tx) => findAccount(tx, cx.instance.tenantId, cx.principal.userId));
  if (account === undefined) throw new InvariantError("a signed-in person has no account");
  return account;
}

/**
 * Whoever holds an open browser may not change how its owner signs in: that takes every factor they have, not older
 * than 15 minutes.
 */
export async function requireOwnProof(cx: AccountContext): Promise<Account> {
  const account = await ownAccount(cx);
  const { provedAt, multiFactorAt } = cx.session;
  if (!isFresh(hasSecondFactor(account) ? multiFactorAt : provedAt, cx.clock.now()))
    throw new DomainError("auth.step-up", {
      detail: "Changing factors needs a proof not older than 15 minutes.",
    });
  return account;
}
