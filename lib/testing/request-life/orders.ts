import "server-only";
import { revokeAuthority } from "@/lib/access/legal-authorities/revoke-issuer";
import { withdrawRequest } from "@/lib/access/requests/withdraw-request";
import type { Act } from "@/lib/testing/request-life/acts";
import { endGrant } from "@/lib/testing/request-life/effects";
import { type Actor, type Basis, isUsed, type Life } from "@/lib/testing/request-life/model";
import { fileUnder } from "@/lib/testing/request-life/world";

// The order behind a sequence's requests, written again by hand from access.md ("single or multiple use", "registered authority key", the
// states of an authorization): filed again, its authority's key revoked, ended by the clock.

const NO_LIVES: ReadonlySet<Life> = new Set();
/**
 * The officer's agency. A signed order names it by a domain, which the auditor's organisation has too (`TEST_DOMAIN`). So for such an order
 * the auditor belongs to the agency; for other orders the auditor does not learn of their use.
 */
const AGENCY: readonly Actor[] = ["owner", "viewer"];
const isOfAgency = ({ isSigned }: Basis, by: Actor): boolean =>
  AGENCY.includes(by) || (isSigned && by === "auditor");

/** Whether an act about the order is done; otherwise it is refused. */
export const MAY_ORDER: Readonly<Record<string, (one: Basis, by: Actor) => boolean>> = {
  again: (one, by) => !one.isRevoked && !(isOfAgency(one, by) && isUsed(one, NO_LIVES)),
  // If the act was interrupted, it is sent again and answered alike.
  distrust: (one, by) => by === "head" && one.isSigned,
};

/** From the commit that revokes the key, all that rests on it ends, even while a person reviews or releases it. */
function distrust(one: Basis, now: number): void {
  one.isRevoked = true;
  for (const each of one.requests)
    if (["legal_review", "active", "suspended"].includes(each.order)) {
      each.order = "revoked";
      endGrant(each, "revoked", now);
    }
}

/** What the act does; the player adds a request that is filed again. */
export const DOES_ORDER: Readonly<Record<string, (one: Basis, now: number) => void>> = { distrust };

const NOTHING_CAME: readonly string[] = ["withdrawn", "denied", "expired_unreviewed", "closed"];

/** Does the clock's part after the requests: closes what has ended, and exhausts an order for single use by its grant. */
export function keptOrder(one: Life): void {
  if (one.order === "none" || one.order === "draft" || one.order === "closed") return;
  if (NOTHING_CAME.includes(one.state)) one.order = "closed";
  else if (
    one.basis.isOnce &&
    one.order === "active" &&
    one.grant !== undefined &&
    one.grant.state !== "active"
  )
    one.order = "exhausted";
}

const REASON = { reason: "The key was stolen." };

/** The officer continues with what they filed; other people withdraw the new request. */
const again: Act = async (cx, { order, requester }) => {
  const id = await fileUnder(cx, order);
  if (cx.principal.handle !== requester) await withdrawRequest(cx, id, undefined);
  return { id };
};

export const ORDER_ACTS: Readonly<Record<string, { readonly by: readonly Actor[]; readonly act: Act }>> = {
  again: { by: ["owner", "owner", "viewer", "auditor"], act: again },
  distrust: {
    by: ["head", "head", "legal", "chair"],
    act: (cx, { order: { authorityId } }) => revokeAuthority(cx, authorityId, REASON),
  },
};
