import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import type { DbContext, Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type UserState, updateUserState } from "@/lib/identity/people/store";
import { endSessionsIn } from "@/lib/identity/sessions/end-session";

const ACTIONS = { active: "user.resume", suspended: "user.suspend", left: "user.leave" } as const;
/** The states that each state may follow. A person who left can come back. */
const FROM: Readonly<Record<UserState, readonly UserState[]>> = {
  active: ["suspended", "left"],
  suspended: ["active"],
  left: ["active", "suspended"],
};

/**
 * Sets a person's state in the caller's transaction. Returns the entry and how many sessions ended. Suspension and leave end every session. API keys, signed calls and
 * grants are refused at the next call, because authentication reads the state. Throws `person.state`.
 */
export async function changeStateIn(
  tx: Tx,
  cx: AuditContext & DbContext,
  change: { readonly userId: string; readonly to: UserState; readonly reason: string },
): Promise<{ readonly entry: AppendedEntry; readonly sessions: number }> {
  const { userId, to, reason } = change;
  if (!(await updateUserState(tx, userId, { from: FROM[to], to, reason, at: cx.clock.now() })))
    throw new DomainError("person.state", {
      detail: "The person's state has changed. Read the person again.",
    });
  const ended = to === "active" ? [] : await endSessionsIn(tx, cx, { userId, reason: "inactive" });
  const entry = await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: ACTIONS[to],
    subjects: [`user:${userId}`],
    details: { reason },
  });
  return { entry, sessions: ended.length };
}
