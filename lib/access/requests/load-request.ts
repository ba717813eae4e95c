import "server-only";
import * as requests from "@/lib/access/requests/store";
import { withTie } from "@/lib/access/review/conflicts/store";
import type { Action } from "@/lib/access/rules/action-facts";
import { authorize } from "@/lib/access/rules/authorize";
import type { Permit } from "@/lib/access/rules/permit";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
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

/** A request with the permit it was read under. */
export interface Loaded<A extends Action> {
  readonly permit: Permit<A>;
  readonly row: requests.RequestRow;
}

/** Authorizes, then reads. An unknown id, another tenant's request and a hidden one get the same answer. */
export async function loadRequest<A extends RequestAction>(
  tx: Tx,
  cx: Context,
  id: string,
  action: A,
): Promise<Loaded<A>> {
  const facts = await requests.findRequestFacts(tx, cx, id);
  if (facts === undefined) throw new DomainError("request-file.not-found");
  // The caller's own request is read without a conflict check; all others are checked for conflicts.
  const isOwn = facts.requesterUserId === cx.principal.userId;
  const asked = isOwn ? facts : (await withTie(tx, cx, facts)).facts;
  const permit = await authorize<RequestAction>(cx, action, asked);
  return { permit: narrowed<A>(permit, action), row: await requests.readRequest(tx, permit, facts) };
}

function narrowed<A extends RequestAction>(permit: Permit<RequestAction>, action: A): Permit<A> {
  if (!isFor(permit, action)) throw new TypeError("a permit for another action");
  return permit;
}

function isFor<A extends RequestAction>(permit: Permit<RequestAction>, action: A): permit is Permit<A> {
  return permit.action === action;
}
