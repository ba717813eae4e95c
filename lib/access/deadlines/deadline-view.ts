import "server-only";
import { isLate, latestExtension } from "@/lib/access/deadlines/due";
import { findContinuation, findReference } from "@/lib/access/deadlines/store";
import type { GrantRow } from "@/lib/access/grants/store";
import type { AuthorizationRow } from "@/lib/access/legal-authorities/store";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { remainderOf } from "@/lib/access/requests/remainder";
import type { RequestState } from "@/lib/access/requests/schema";
import type { RequestRow } from "@/lib/access/requests/store";
import { isParty, ownOrganisations, withTie } from "@/lib/access/review/conflicts/store";
import { decideAction } from "@/lib/access/rules/action-rules";
import { isTransition } from "@/lib/access/rules/transitions";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { validityTime } from "@/lib/escrow/protocol/statements";

/** Deadlines, acts and links that the view of a request shows in addition to its state. */
export interface DeadlineFacts {
  readonly row: RequestRow;
  readonly authorization: AuthorizationRow | undefined;
  readonly grant: GrantRow | undefined;
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
async function actsOf(
  tx: Tx,
  cx: Context,
  life: DeadlineFacts,
  until: Date | undefined,
): Promise<SteeringMembers["acts"]> {
  const { row, grant } = life;
  if (!row.isSent || row.requesterUserId === cx.principal.userId) return [];
  const { relatedPeople, facts } = await withTie(tx, cx, row);
  const party = await isParty(tx, ownOrganisations(cx, relatedPeople), row.transactions);
  const may = (isLegalOnly: boolean): boolean =>
    decideAction(cx.principal, "request.steer", { ...facts, isParty: party, isLegalOnly }).length === 0;
  const isOwed = row.responseDueAt !== undefined && life.authorization !== undefined;
  const hasRest = row.state === "active" && grant !== undefined && remainderOf(row, grant) !== undefined;
  const isSentOn = hasRest && (await findContinuation(tx, row.id)) !== undefined;
  return [
    ...(until !== undefined && may(false) ? (["extend"] as const) : []),
    ...(isOwed && isTransition(row.state, OBJECTED, "object") && may(true) ? (["object"] as const) : []),
    ...(row.state === OBJECTED && may(true) ? (["settle"] as const) : []),
    ...(hasRest && !isSentOn && may(false) ? (["answer_partly"] as const) : []),
  ];
}

/** Returns acts, links and dates of a request for its view. It links only to requests of the same officer. */
export async function deadlineMembers(tx: Tx, cx: Context, life: DeadlineFacts): Promise<SteeringMembers> {
  const { row } = life;
  const until = extendable(life, cx.clock.now());
  const acts = await actsOf(tx, cx, life, until);
  const continued = row.state === "draft" ? undefined : await findContinuation(tx, row.id);
  const before = row.continues === undefined ? undefined : await findReference(tx, row.continues);
  return {
    acts,
    ...(until === undefined || !acts.includes("extend") ? {} : { extendable_until: validityTime(until) }),
    ...(row.continues === undefined || before === undefined
      ? {}
      : { continues: { id: row.continues, reference: before } }),
    ...(continued === undefined
      ? {}
      : { continued_by: { id: continued.id, reference: continued.reference } }),
  };
}
