import "server-only";
import { isLate, latestExtension } from "@/lib/access/deadlines/due";
import type { LinkedRequests } from "@/lib/access/deadlines/store";
import type { GrantRow } from "@/lib/access/grants/store";
import type { AuthorizationRow } from "@/lib/access/legal-authorities/store";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { remainderOf } from "@/lib/access/requests/remainder";
import type { RequestState } from "@/lib/access/requests/schema";
import type { RequestRow } from "@/lib/access/requests/store";
import type { Tie } from "@/lib/access/review/conflicts/related-people";
import { decideAction } from "@/lib/access/rules/action-rules";
import { isTransition } from "@/lib/access/rules/transitions";
import type { Context } from "@/lib/context/context";
import { validityTime } from "@/lib/escrow/protocol/statements";

/** Deadlines, acts and links that the view of a request shows in addition to its state. */
export interface DeadlineFacts {
  readonly row: RequestRow;
  readonly authorization: AuthorizationRow | undefined;
  readonly grant: GrantRow | undefined;
  readonly linked: LinkedRequests;
  /** The caller's relation to the request; absent for the caller's own request. */
  readonly steering: { readonly tie?: Tie | undefined; readonly isParty: boolean } | undefined;
}

type SteeringMembers = Pick<RequestView, "acts" | "continues" | "continued_by" | "extendable_until">;

/** Returns how far the deadline could be extended now; undefined when it cannot. */
function extendable({ row, authorization }: DeadlineFacts, now: Date): Date | undefined {
  const { responseDueAt, state, extensions } = row;
  if (authorization === undefined || responseDueAt === undefined || extensions > 0) return undefined;
  if (!isTransition(state, "extended", "extend") || isLate(row, now)) return undefined;
  const latest = latestExtension(authorization.kind, responseDueAt);
  return latest === undefined || latest <= now ? undefined : latest;
}

const OBJECTED: RequestState = "objected";

/** Returns the acts that are allowed now, by the same rules and states as the use cases. */
function actsOf(
  cx: Context,
  life: DeadlineFacts,
  { until, isSentOn }: { readonly until: Date | undefined; readonly isSentOn: boolean },
): SteeringMembers["acts"] {
  const { row, grant, steering } = life;
  if (!row.isSent || steering === undefined) return [];
  const may = (isLegalOnly: boolean): boolean =>
    decideAction(cx.principal, "request.steer", { ...row, ...steering, isLegalOnly }).length === 0;
  const isOwed = row.responseDueAt !== undefined && life.authorization !== undefined;
  const hasRest = row.state === "active" && grant !== undefined && remainderOf(row, grant) !== undefined;
  return [
    ...(until !== undefined && may(false) ? (["extend"] as const) : []),
    ...(isOwed && isTransition(row.state, OBJECTED, "object") && may(true) ? (["object"] as const) : []),
    ...(row.state === OBJECTED && may(true) ? (["settle"] as const) : []),
    ...(hasRest && !isSentOn && may(false) ? (["answer_partly"] as const) : []),
  ];
}

/** Returns acts, links and dates of a request for its view. It links only to requests of the same officer. */
export function deadlineMembers(cx: Context, life: DeadlineFacts): SteeringMembers {
  const { first, rest } = life.linked;
  const until = extendable(life, cx.clock.now());
  const acts = actsOf(cx, life, { until, isSentOn: rest !== undefined });
  return {
    acts,
    ...(until === undefined || !acts.includes("extend") ? {} : { extendable_until: validityTime(until) }),
    ...(first === undefined ? {} : { continues: { id: first.id, reference: first.reference } }),
    ...(rest === undefined ? {} : { continued_by: { id: rest.id, reference: rest.reference } }),
  };
}
