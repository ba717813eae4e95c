import "server-only";
import { revokeAuthority } from "@/lib/access/legal-authorities/revoke-issuer";
import { withdrawRequest } from "@/lib/access/requests/withdraw-request";
import type { Act } from "@/lib/testing/request-life/acts";
import { endGrant } from "@/lib/testing/request-life/effects";
import { type Actor, type Basis, isUsed, type Life } from "@/lib/testing/request-life/model";
import { fileUnder } from "@/lib/testing/request-life/world";

// The order behind a sequence's requests, told once more by hand from access.md ("single or multiple use", "registered
// authority key", the states of an authorization): filed under once more, its authority's key revoked, ended by the clock.

const NOBODY: ReadonlySet<Life> = new Set();
/**
 * All of the officer's agency. A signed order names it by a domain, which the auditor's organisation has too (`TEST_DOMAIN`): so
 * that one is of the agency for such an order, and is told nothing of the use of another.
 */
const AGENCY: readonly Actor[] = ["owner", "viewer"];
const isOfAgency = ({ isSigned }: Basis, by: Actor): boolean =>
  AGENCY.includes(by) || (isSigned && by === "auditor");

/** Whether an act about the order is done; each is refused otherwise. */
export const MAY_ORDER: Readonly<Record<string, (one: Basis, by: Actor) => boolean>> = {
  again: (one, by) => !one.isRevoked && !(isOfAgency(one, by) && isUsed(one, NOBODY)),
  // Whoever was stopped half-way sends it again, and is answered alike.
  distrust: (one, by) => by === "head" && one.isSigned,
};

/** From the commit that revokes the key everything ends that rests on it, whoever waits for it or released it. */
function distrust(one: Basis, now: number): void {
  one.isRevoked = true;
  for (const each of one.requests)
    if (["legal_review", "active", "suspended"].includes(each.order)) {
      each.order = "revoked";
      endGrant(each, "revoked", now);
    }
}

/** What it does; a request that is filed once more is taken up by whoever plays. */
export const DOES_ORDER: Readonly<Record<string, (one: Basis, now: number) => void>> = { distrust };

const NOTHING_CAME: readonly string[] = ["withdrawn", "denied", "expired_unreviewed", "closed"];

/** The clock, after it has been with the requests: what has ended is closed, and what counts once is used up by its grant. */
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

/** The officer goes on with what he filed; anybody else takes it away again. */
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
