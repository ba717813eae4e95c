import "server-only";
import * as grants from "@/lib/access/grants/store";
import type { GrantFacts } from "@/lib/access/rules/facts";
import { isWithin } from "@/lib/access/rules/limits";
import type { Principal } from "@/lib/context/principal";
import { readableOf } from "@/lib/db/read-rows";
import type { DbContext } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { GroupName } from "@/lib/vocabulary";

/** Which grant is meant: one by id, the one under an authorization, or any that covers the call. */
export interface WantedGrant {
  readonly transactionId: string;
  readonly purpose: string;
  readonly groups?: readonly GroupName[];
  readonly grantId?: string;
  /** Only selects the caller's one live grant under it. It is not a permission. */
  readonly authorizationId?: string;
}

type GrantContext = DbContext & { readonly principal: Principal; readonly clock: { now(): Date } };

/** Ranks how well a grant fits, so that a refusal names the nearest grant. */
function fitness(grant: GrantFacts, wanted: WantedGrant, now: Date): number {
  const points = [
    grant.purpose === wanted.purpose,
    wanted.groups?.every((group) => grant.groups.includes(group)) ?? true,
    grant.viewsUsed < grant.maxViews,
  ].filter(Boolean).length;
  const isLive = grant.state === "active" && isWithin(grant.notBefore, grant.notAfter, now);
  return (isLive ? 8 : 0) + points;
}

/** Returns the meant or nearest one of these grants; undefined when none of them is named. */
function nearest(wanted: WantedGrant, found: readonly GrantFacts[], now: Date): GrantFacts | undefined {
  const named = found.filter(
    (grant) =>
      (wanted.grantId === undefined || grant.id === wanted.grantId) &&
      (wanted.authorizationId === undefined || grant.authorization?.id === wanted.authorizationId),
  );
  return named.reduce<GrantFacts | undefined>(
    (best, grant) =>
      best === undefined || fitness(grant, wanted, now) > fitness(best, wanted, now) ? grant : best,
    undefined,
  );
}

/**
 * Returns the caller's grant for one transaction, or the nearest to it; undefined when there is none. Another person's
 * grant does not count. `decideOpening` decides whether it is in force.
 */
export async function findLiveGrant(cx: GrantContext, wanted: WantedGrant): Promise<GrantFacts | undefined> {
  const owner = { tenantId: cx.instance.tenantId, userId: cx.principal.userId };
  const { transactionId } = wanted;
  const found = await grants.findGrantsOf(cx.db.run, { ...owner, transactionId });
  // A grant whose row cannot be read permits nothing.
  return nearest(wanted, readableOf(found), cx.clock.now());
}

/** Returns the caller's grant that an opening uses. Throws `access.no-grant` (403) when there is none. Pure. */
export function chooseGrant(wanted: WantedGrant, found: readonly GrantFacts[], now: Date): GrantFacts {
  const grant = nearest(wanted, found, now);
  if (grant !== undefined) return grant;
  throw new DomainError("access.no-grant", {
    detail: "You have no grant in force that covers this.",
    extra: { reason: "floor.no-grant", reasons: ["floor.no-grant"] },
  });
}
