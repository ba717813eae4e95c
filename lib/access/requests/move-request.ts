import "server-only";
import { type Frozen, moveState } from "@/lib/access/requests/change-store";
import type { RequestState } from "@/lib/access/requests/schema";
import type { RequestRow } from "@/lib/access/requests/store";
import { findLastAt, insertEvent } from "@/lib/access/requests/timeline-store";
import { isTransition, type RequestEventKind } from "@/lib/access/rules/transitions";
import type { AuditContext } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { DbContext, Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/** One step of a request's life. */
export interface Step {
  readonly event: RequestEventKind;
  readonly to: RequestState;
  readonly comment?: string;
  readonly frozen?: Frozen;
}

type MoveContext = DbContext & Pick<AuditContext, "clock" | "principal">;

/** What happens to a request: a step, with its states before and after, or an event that does not change the state. */
interface Happening {
  readonly requestId: string;
  readonly kind: string;
  readonly fromState?: RequestState;
  readonly toState?: RequestState;
  readonly comment?: string | undefined;
}

/**
 * Writes an event into the timeline. This is the single place that records everything a timeline shows after filing,
 * changes of state first of all. Notifications are added here, in the same transaction.
 */
export async function tellTimeline(tx: Tx, cx: MoveContext, happening: Happening): Promise<void> {
  const at = cx.clock.now();
  const { requestId, kind, fromState, toState, comment } = happening;
  await insertEvent(tx, {
    id: uuidv7(at.getTime()),
    tenantId: cx.instance.tenantId,
    requestId,
    kind,
    byUserId: cx.principal?.userId,
    fromState,
    toState,
    comment,
    at,
  });
}

/** Moves a request one step and writes it into the timeline; returns its new state. */
export async function moveRequest(
  tx: Tx,
  cx: MoveContext,
  request: Pick<RequestRow, "id" | "state">,
  step: Step,
): Promise<RequestState> {
  if (!isTransition(request.state, step.to, step.event)) {
    throw new DomainError("request.illegal-transition", {
      detail: `A request cannot change from ${request.state} to ${step.to}.`,
    });
  }
  // The move and its event have the same instant, by which the database finds the event. It is later than the one
  // before, so that the timeline keeps its order within a millisecond and across portals with different clocks.
  const last = await findLastAt(tx, request.id);
  const at = new Date(Math.max(cx.clock.nowMs(), last === undefined ? 0 : last.getTime() + 1));
  const move = { from: request.state, to: step.to, event: step.event, at };
  if (!(await moveState(tx, request.id, move, step.frozen))) throw new DomainError("request.conflict");
  await tellTimeline(
    tx,
    { ...cx, clock: { ...cx.clock, now: () => at } },
    {
      requestId: request.id,
      kind: step.event,
      fromState: request.state,
      toState: step.to,
      comment: step.comment,
    },
  );
  return step.to;
}

/** Makes several steps one after another, each through the transition table. */
export async function walkRequest(
  tx: Tx,
  cx: MoveContext,
  request: Pick<RequestRow, "id" | "state">,
  steps: readonly Step[],
): Promise<RequestState> {
  let { state } = request;
  for (const step of steps) state = await moveRequest(tx, cx, { id: request.id, state }, step);
  return state;
}
