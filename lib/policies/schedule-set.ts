import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { invalidField } from "@/lib/errors";
import { requireAgreed, requireWaited } from "@/lib/policies/agreed";
import { answerAct } from "@/lib/policies/answer-act";
import { aboutSet, loadSetLocked, requireState } from "@/lib/policies/load-set";
import type { EndSetBody, PolicySetAnswer, ScheduleBody } from "@/lib/policies/schema";
import { changeSet } from "@/lib/policies/store";

const MOST_DAYS = 90;
const DAY_MS = 86_400_000;

/**
 * Sets when an approved set becomes active, or changes that time. Throws `request.invalid` for a time that is past or
 * more than 90 days ahead, `policy.waits` for one before the waiting time of a gain is over, and `policy.state`.
 */
export function scheduleSet(cx: Context, number: number, body: ScheduleBody): Promise<PolicySetAnswer> {
  return answerAct(cx, async (tx) => {
    const set = await loadSetLocked(tx, cx, number);
    requireState(set, "approved", "scheduled");
    const at = new Date(body.at);
    const aheadMs = at.getTime() - cx.clock.nowMs();
    if (aheadMs <= 0 || aheadMs > MOST_DAYS * DAY_MS)
      throw invalidField("/at", "is not within the next 90 days");
    requireWaited(await requireAgreed(tx, cx, set), at);
    const entry = await appendEntry(tx, cx, {
      ...{ class: "policy", outcome: "done", action: "policy.schedule" },
      ...aboutSet(set, { at: at.toISOString(), before: set.active_from?.toISOString() ?? null }),
    });
    await changeSet(tx, set.id, { state: "scheduled", active_from: at });
    return { number, entry };
  });
}

/**
 * Ends a set that is not active yet. Every person who writes sets may: an author can leave, and a change can be stopped.
 * Throws `policy.state`.
 */
export function withdrawSet(cx: Context, number: number, { reason }: EndSetBody): Promise<PolicySetAnswer> {
  return answerAct(cx, async (tx) => {
    const set = await loadSetLocked(tx, cx, number);
    requireState(set, "draft", "submitted", "approved", "scheduled");
    const entry = await appendEntry(tx, cx, {
      ...{ class: "policy", outcome: "done", action: "policy.withdraw" },
      ...aboutSet(set, { state: set.state, reason }),
    });
    const at = cx.clock.now();
    await changeSet(tx, set.id, { state: "withdrawn", active_from: null, ended_at: at, end_reason: reason });
    return { number, entry };
  });
}
