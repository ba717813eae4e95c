import "server-only";
import {
  type DeadlineRequest,
  enterSteering,
  loadForDeadline,
  requireDuty,
} from "@/lib/access/deadlines/load-for-deadline";
import type { NewObjection } from "@/lib/access/deadlines/schema";
import type { RequestAnswer } from "@/lib/access/requests/answer-schema";
import { moveRequest, type Step } from "@/lib/access/requests/move-request";
import { answerRequest } from "@/lib/access/requests/request-view";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { concerning, DomainError } from "@/lib/errors";

/** A claim of privilege moves the request out of the stages. Settling it returns the request to the stage it left. */
function stepOf(one: DeadlineRequest, { act, reason: comment }: NewObjection): Step {
  const { state, stageBefore } = one.row;
  if (act === "raise") {
    requireDuty(one);
    return { event: "object", to: "objected", comment };
  }
  if (state !== "objected" || stageBefore === undefined) {
    throw new DomainError("request.illegal-transition", {
      detail: `The request is ${state} and has no open claim of privilege.`,
    });
  }
  return { event: "resume", to: stageBefore, comment };
}

/**
 * Raises or settles a claim of privilege, by a person with the duty legal, with a reason that both sides see. While the
 * claim is open no decision is possible. The deadline keeps running, because an objection is not an answer. After it the
 * request is overdue like any other.
 */
export async function objectRequest(cx: Context, id: string, body: NewObjection): Promise<RequestAnswer> {
  const action = body.act === "raise" ? "request.object" : "request.resume";
  return concerning({ action }, async () => {
    const entry = await inTransaction(cx, async (tx) => {
      const one = await loadForDeadline(tx, cx, id, true);
      await moveRequest(tx, cx, one.row, stepOf(one, body));
      return enterSteering(tx, cx, one, { action, details: { reason: body.reason } });
    });
    return answerRequest(cx, id, entry);
  });
}
