import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { IdentityContext } from "@/lib/identity/people/create-organisation";
import { deactivateUserRow } from "@/lib/identity/people/store";
import { endSessionsIn } from "@/lib/identity/sessions/end-session";

/** Deactivates a person: their keys and sessions stop working at once. */
export async function deactivateUser(cx: IdentityContext, userId: string): Promise<void> {
  await inTransaction(cx, async (tx) => {
    if (!(await deactivateUserRow(tx, userId, cx.clock.now())))
      throw new DomainError("request.conflict", { detail: "No active person has this id." });
    await endSessionsIn(tx, cx, { userId, reason: "inactive" });
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "user.deactivate",
      subjects: [`user:${userId}`],
    });
  });
}
