import "server-only";
import type { Action } from "@/lib/access/action-facts";
import { authorize } from "@/lib/access/authorize";
import type { Permit } from "@/lib/access/permit";
import * as requests from "@/lib/access/requests/store";
import type { Context } from "@/lib/context";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

type RequestAction = Extract<
  Action,
  "request.read" | "request.change" | "request.comment" | "request.review" | "identity.check"
>;

/** A request with the permit it was read under. */
export interface Loaded<A extends Action> {
  readonly permit: Permit<A>;
  readonly row: requests.RequestRow;
}

/** Authorizes, then reads. An unknown id, another tenant's and one the caller may not know of answer alike. */
export async function loadRequest<A extends RequestAction>(
  tx: Tx,
  cx: Context,
  id: string,
  action: A,
): Promise<Loaded<A>> {
  const facts = await requests.findRequestFacts(tx, cx.instance.tenantId, id);
  if (facts === undefined) throw new DomainError("request-file.not-found");
  const permit = await authorize<RequestAction>(cx, action, facts);
  return { permit: narrowed<A>(permit, action), row: await requests.readRequest(tx, permit, facts) };
}

function narrowed<A extends RequestAction>(permit: Permit<RequestAction>, action: A): Permit<A> {
  if (!isFor(permit, action)) throw new TypeError("a permit for another action");
  return permit;
}

function isFor<A extends RequestAction>(permit: Permit<RequestAction>, action: A): permit is Permit<A> {
  return permit.action === action;
}
