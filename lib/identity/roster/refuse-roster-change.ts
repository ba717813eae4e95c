import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { answerChange, loadCase, requireFreshProof } from "@/lib/identity/roster/answer-change";
import { requireRoster } from "@/lib/identity/roster/current-roster";
import { subjectsOf } from "@/lib/identity/roster/finish-roster-change";
import type { RosterChangeAnswer, RosterRefusal } from "@/lib/identity/roster/schema";
import { endChange, lockChange } from "@/lib/identity/roster/store";
import { confirmersOf, stateOf } from "@/lib/identity/roster/view";

/** Ends a pending change: its owner withdraws it, or a confirmer refuses it. */
export async function refuseRosterChange(
  cx: Context,
  id: string,
  body: RosterRefusal,
): Promise<RosterChangeAnswer> {
  requireFreshProof(cx);
  const current = await requireRoster(cx);
  const { userId, handle } = cx.principal;
  const entry = await inTransaction(cx, async (tx) => {
    await lockChange(tx, id);
    const one = await loadCase(tx, cx, id);
    const { change, person } = one;
    const isOwner = change.userId === userId;
    if (!isOwner && !confirmersOf(one, current).some((other) => other.person === handle)) {
      throw new DomainError("roster.confirmer", {
        detail: "Only people who may confirm this can refuse it.",
      });
    }
    if (stateOf(change, current, cx.clock.now()) !== "pending") throw new DomainError("roster.closed");
    const state = isOwner ? ("withdrawn" as const) : ("refused" as const);
    await endChange(tx, id, { state, at: cx.clock.now(), by: userId, reason: body.reason });
    return appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: isOwner ? "roster.withdraw" : "roster.refuse",
      subjects: subjectsOf(change),
      details: {
        ...(person === "" ? {} : { person }),
        ...(change.people.length === 0 ? {} : { people: [...change.people] }),
        roster: change.rosterDigest,
        ...(body.reason === undefined ? {} : { reason: body.reason }),
      },
    });
  });
  return answerChange(cx, id, { current, entry });
}
