import "server-only";
import type { Tx } from "@/lib/db/transaction";
import type { AuditContext } from "./audit-context";
import { composeEntry } from "./compose-entry";
import type { AppendedEntry, AuditEvent } from "./event";
import { insertEntry } from "./store";

/**
 * Writes the entry of a change in the change's own transaction, as one statement: both commit or neither.
 * The completeness trigger looks for its queue rows at COMMIT.
 */
export async function appendEntry(tx: Tx, cx: AuditContext, event: AuditEvent): Promise<AppendedEntry> {
  const { appended, rows } = await composeEntry(cx, event);
  await insertEntry(tx, rows);
  return appended;
}
