import "server-only";
import { isLate, latestExtension } from "@/lib/access/deadlines/due";
import { enterSteering, loadForDeadline, requireDuty } from "@/lib/access/deadlines/load-for-deadline";
import type { NewExtension } from "@/lib/access/deadlines/schema";
import type { RequestAnswer } from "@/lib/access/requests/answer-schema";
import { moveRequest } from "@/lib/access/requests/move-request";
import { answerRequest } from "@/lib/access/requests/request-view";
import type { RequestRow } from "@/lib/access/requests/store";
import { endOf, startOf } from "@/lib/access/rules/validity";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import type { InstrumentKind } from "@/lib/vocabulary";

/** Returns an instant unchanged, and for a day its end, limited to the last possible instant. */
function dayOrInstant(text: string, latest: Date): Date {
  const end = endOf(text);
  return end > latest && startOf(text) < latest ? latest : end;
}

/** Returns the new deadline: later than the current one and than now, and no later than the instrument allows. */
function newDate(
  row: Pick<RequestRow, "extensions">,
  kind: InstrumentKind,
  responseDueAt: Date,
  asked: { readonly until: string | undefined; readonly now: Date },
): Date {
  const latest = latestExtension(kind, responseDueAt);
  if (latest === undefined || row.extensions > 0 || latest <= asked.now) {
    throw new DomainError("request.extended", {
      detail:
        latest === undefined
          ? "This kind of legal authority allows no later deadline."
          : row.extensions > 0
            ? "The deadline was already extended once. Answer the request, in part if needed."
            : "The latest date that the legal authority allows has passed.",
    });
  }
  const until = asked.until === undefined ? latest : dayOrInstant(asked.until, latest);
  if (until <= responseDueAt || until <= asked.now)
    throw invalidField("/until", "is not later than the current deadline");
  if (until > latest) throw invalidField("/until", `is later than ${latest.toISOString()}`);
  return until;
}

/**
 * Extends the deadline, once, with a reason that both sides see. The review continues. The next decision ends the
 * extension, and so does its date; after that date the request is overdue.
 */
export async function extendRequest(cx: Context, id: string, body: NewExtension): Promise<RequestAnswer> {
  const entry = await inTransaction(cx, async (tx) => {
    const one = await loadForDeadline(tx, cx, id, false);
    const { row } = one;
    const { responseDueAt, kind } = requireDuty(one);
    // The state overdue has no such move. A request that is late but not marked yet cannot be extended either.
    if (row.state !== "overdue" && isLate(row, cx.clock.now())) {
      throw new DomainError("request.extended", {
        detail: "The deadline has passed, so it cannot be extended. Answer the request.",
      });
    }
    const until = newDate(row, kind, responseDueAt, { until: body.until, now: cx.clock.now() });
    // Reviewers keep the same time before the deadline as they had.
    const reserveMs = responseDueAt.getTime() - (row.dueAt ?? responseDueAt).getTime();
    await moveRequest(tx, cx, row, {
      event: "extend",
      to: "extended",
      comment: body.reason,
      frozen: { responseDueAt: until, dueAt: new Date(until.getTime() - reserveMs), isExtended: true },
    });
    const details = { reason: body.reason, until: until.toISOString() };
    return enterSteering(tx, cx, one, { action: "request.extend", details });
  });
  return answerRequest(cx, id, entry);
}
