import "server-only";
import * as requests from "@/lib/access/requests/store";
import { type RelatedPeople, tieOf } from "@/lib/access/review/conflicts/related-people";
import { findRelatedPeople } from "@/lib/access/review/conflicts/store";
import type { Action, FilingFacts } from "@/lib/access/rules/action-facts";
import { authorize } from "@/lib/access/rules/authorize";
import type { Permit } from "@/lib/access/rules/permit";
import type { Context } from "@/lib/context/context";
import type { Running } from "@/lib/db/statement";
import { DomainError } from "@/lib/errors";

type RequestAction = Extract<
  Action,
  | "request.read"
  | "request.change"
  | "request.comment"
  | "request.review"
  | "request.end-co-viewer"
  | "identity.check"
>;

/** A request that the caller may act on, before its row is read. */
export interface Permitted<A extends Action> {
  readonly permit: Permit<A>;
  readonly facts: requests.RequestFacts & Pick<FilingFacts, "tie">;
  /** The caller's related people. */
  readonly relatedPeople: RelatedPeople;
}

/** A request with the permit it was read under. */
export interface Loaded<A extends Action> {
  readonly permit: Permit<A>;
  readonly row: requests.RequestRow;
}

/**
 * Authorizes. An unknown id, another tenant's request and a hidden one get the same answer after the same statements,
 * which are sent together.
 */
export async function permitRequest<A extends RequestAction>(
  tx: Running,
  cx: Context,
  id: string,
  action: A,
): Promise<Permitted<A>> {
  const { userId, tenantId } = cx.principal;
  const [facts, relatedPeople] = await Promise.all([
    requests.findRequestFacts(tx, cx, id),
    findRelatedPeople(tx, tenantId, userId),
  ]);
  if (facts === undefined) throw new DomainError("request-file.not-found");
  // The caller's own request is read without a conflict check; all others are checked for conflicts.
  const isOwn = facts.requesterUserId === userId;
  const asked = isOwn ? facts : { ...facts, tie: tieOf(relatedPeople, userId, facts) };
  const permit = await authorize<RequestAction>(cx, action, asked);
  return { permit: narrowed<A>(permit, action), facts: asked, relatedPeople };
}

/** Authorizes, then reads. */
export async function loadRequest<A extends RequestAction>(
  tx: Running,
  cx: Context,
  id: string,
  action: A,
): Promise<Loaded<A>> {
  const { permit, facts } = await permitRequest(tx, cx, id, action);
  return { permit, row: await requests.readRequest(tx, permit, facts) };
}

function narrowed<A extends RequestAction>(permit: Permit<RequestAction>, action: A): Permit<A> {
  if (!isFor(permit, action)) throw new TypeError("a permit for another action");
  return permit;
}

function isFor<A extends RequestAction>(permit: Permit<RequestAction>, action: A): permit is Permit<A> {
  return permit.action === action;
}
