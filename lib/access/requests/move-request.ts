import "server-only";
import { type Frozen, moveState } from "@/lib/access/requests/change-store";
import type { RequestState } from "@/lib/access/requests/schema";
import type { RequestRow } from "@/lib/access/requests/store";
import { insertEvent } from "@/lib/access/requests/timeline-store";
import { isTransition, type RequestEventKind } from "@/lib/access/rules/transitions";
import type { AuditContext } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Running } from "@/lib/db/statement";
import type { DbContext } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/** One step of a request's life. */
export interface Step {
  readonly event: RequestEventKind;
  readonly to: RequestState;
  readonly comment?: string;
  readonly frozen?: Frozen;
}

type MoveContext = DbContext & Pick<AuditContext, "clock" | "principal">;

/** An event of a request that does not change its state. */
interface Happening {
  readonly requestId: string;
  readonly kind: string;
  readonly toState?: RequestState;
  readonly comment?: string | undefined;
}

/** Writes an event without a change of state into the timeline, in the transaction of the act. */
export async function addToTimeline(tx: Running, cx: MoveContext, happening: Happening): Promise<void> {
  const at = cx.clock.now();
  const { requestId, kind, toState, comment } = happening;
  await insertEvent(tx, {
    id: uuidv7(at.getTime()),
    tenantId: cx.instance.tenantId,
    requestId,
    kind,
    byUserId: cx.principal?.userId,
    fromState: undefined,
    toState,
    comment,
    at,
  });
}

/** Moves a request one step and writes it into the timeline; returns its new state. */
export async function moveRequest(
  tx: Running,
  cx: MoveContext,
  request: Pick<RequestRow, "id" | "state">,
  step: Step,
): Promise<RequestState> {
  if (!isTransition(request.state, step.to, step.event)) {
    throw new DomainError("request.illegal-transition", {
      detail: `A request cannot change from ${request.state} to ${step.to}.`,
    });
  }
  const at = cx.clock.now();
  const moved = await moveState(tx, {
    ...step.frozen,
    requestId: request.id,
    tenantId: cx.instance.tenantId,
    eventId: uuidv7(at.getTime()),
    from: request.state,
    to: step.to,
    event: step.event,
    byUserId: cx.principal?.userId,
    comment: step.comment,
    at,
  });
  if (!moved) throw new DomainError("request.conflict");
  return step.to;
}

/** Makes several steps one after another, each through the transition table. */
export async function walkRequest(
  tx: Running,
  cx: MoveContext,
  request: Pick<RequestRow, "id" | "state">,
  steps: readonly Step[],
): Promise<RequestState> {
  let { state } = request;
  for (const step of steps) state = await moveRequest(tx, cx, { id: request.id, state }, step);
  return state;
}
