import "server-only";
import * as grants from "@/lib/access/grants/store";
import type { GrantFacts } from "@/lib/access/rules/facts";
import { isWithin } from "@/lib/access/rules/limits";
import { type Reader, readReader } from "@/lib/access/rules/reader";
import type { DbContext, Principal } from "@/lib/context";
import { readableOf } from "@/lib/db/read-rows";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { GroupName } from "@/lib/escrow/protocol/statements";

/** Which grant is meant: one by id, the one under an authorization, or whichever covers the call. */
export interface WantedGrant {
  readonly transactionId: string;
  readonly purpose: string;
  readonly groups?: readonly GroupName[];
  readonly grantId?: string;
  /** Only selects the caller's one live grant under it; it is no permission by itself. */
  readonly authorizationId?: string;
}

type GrantContext = DbContext & { readonly principal: Principal; readonly clock: { now(): Date } };

/** How well a grant fits, so that a refusal names the grant that comes nearest. */
function fitness(grant: GrantFacts, wanted: WantedGrant, now: Date): number {
  const points = [
    grant.purpose === wanted.purpose,
    wanted.groups?.every((group) => grant.groups.includes(group)) ?? true,
    grant.viewsUsed < grant.maxViews,
  ].filter(Boolean).length;
  const isLive = grant.state === "active" && isWithin(grant.notBefore, grant.notAfter, now);
  return (isLive ? 8 : 0) + points;
}

/** A grant whose row cannot be read permits nothing. */
async function findOwn(tx: Tx, cx: GrantContext, transactionId: string): Promise<GrantFacts[]> {
  const { userId } = cx.principal;
  return readableOf(await grants.findGrantsOf(tx, { tenantId: cx.instance.tenantId, userId, transactionId }));
}

function nearest(
  cx: GrantContext,
  wanted: WantedGrant,
  found: readonly GrantFacts[],
): GrantFacts | undefined {
  const named = found.filter(
    (grant) =>
      (wanted.grantId === undefined || grant.id === wanted.grantId) &&
      (wanted.authorizationId === undefined || grant.authorization?.id === wanted.authorizationId),
  );
  const now = cx.clock.now();
  return named.reduce<GrantFacts | undefined>(
    (best, grant) =>
      best === undefined || fitness(grant, wanted, now) > fitness(best, wanted, now) ? grant : best,
    undefined,
  );
}

/**
 * The caller's grant for one transaction, or the nearest to it; nothing when there is none. Another person's grant
 * is the same as none. Whether it is in force is for `decideOpening` to say.
 */
export async function findLiveGrant(cx: GrantContext, wanted: WantedGrant): Promise<GrantFacts | undefined> {
  return nearest(cx, wanted, await inSnapshot(cx, (tx) => findOwn(tx, cx, wanted.transactionId)));
}

/**
 * The same, where an opening cannot go on without one: 403 `access.no-grant`. The reader is of the same snapshot, so
 * that one decision weighs one moment.
 */
export async function requireGrant(
  cx: GrantContext,
  wanted: WantedGrant,
): Promise<{ readonly grant: GrantFacts; readonly reader: Reader }> {
  const { found, reader } = await inSnapshot(cx, async (tx) => ({
    found: await findOwn(tx, cx, wanted.transactionId),
    reader: await readReader(tx, cx.principal),
  }));
  const grant = nearest(cx, wanted, found);
  if (grant !== undefined) return { grant, reader };
  throw new DomainError("access.no-grant", {
    detail: "You have no grant in force that covers this.",
    extra: { reason: "floor.no-grant", reasons: ["floor.no-grant"] },
  });
}
