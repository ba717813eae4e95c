import "server-only";
import type { AuditContext } from "@/lib/context/context";
import { type DbContext, inTransaction } from "@/lib/db/transaction";
import { changeStateIn } from "@/lib/identity/people/change-state";

/** Suspends a person. Their sessions end, and their API keys are refused from the next call on. */
export async function suspendPerson(cx: AuditContext & DbContext, userId: string): Promise<void> {
  await inTransaction(cx, (tx) => changeStateIn(tx, cx, { userId, to: "suspended", reason: "test" }));
}
