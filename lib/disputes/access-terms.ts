import type { DisputeGrant } from "@/lib/disputes/grants-store";
import { isLive } from "@/lib/disputes/rules";
import type { NoAccess } from "@/lib/disputes/schema";
import type { DisputeRow } from "@/lib/disputes/store";
import { DISPUTE_VIEWS } from "@/lib/escrow/protocol/statements";

type Permitted = Pick<DisputeRow, "groups" | "permission" | "state">;

/** Returns why no grant can be made under a dispute now; undefined if one can. */
export function hindrance(one: Permitted, grants: readonly DisputeGrant[], now: Date): NoAccess | undefined {
  const { permission } = one;
  if (one.groups.length === 0 || permission === undefined) return "nothing-sealed";
  if (grants.some((grant) => grant.isTakenBack)) return "taken-back";
  if (!isLive(one) || permission.notAfter <= now) return "permission-ended";
  return viewsLeft(grants) <= 0 ? "views-exhausted" : undefined;
}

/** One statement gives one budget, shared by all holders of its grants. */
export function viewsLeft(grants: readonly DisputeGrant[]): number {
  return grants.reduce((left, grant) => left - grant.viewsUsed, DISPUTE_VIEWS);
}

/** Returns the grant that is in force or about to be. */
export function liveGrant(grants: readonly DisputeGrant[]): DisputeGrant | undefined {
  return grants.find(({ state }) => state === "pending" || state === "active");
}
