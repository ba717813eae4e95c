import "server-only";
import type { AuditContext } from "@/lib/context/context";
import type { AppendedEntry, EntryRows } from "@/lib/context/recorder";
import type { Running } from "@/lib/db/statement";
import { composeEntry } from "../entry/compose-entry";
import type { AuditEvent } from "../entry/event";
import { insertEntriesWith } from "./store";

/**
 * Writes the entry of a change in the same transaction as the change, as one statement: both commit or neither does.
 * Append it before the rows of the change: the completeness triggers look for its queue rows at COMMIT, and for inserted
 * transactions at the end of the statement.
 */
export async function appendEntry(tx: Running, cx: AuditContext, event: AuditEvent): Promise<AppendedEntry> {
  const { appended, rows } = await composeEntry(cx, event);
  await insertEntriesWith(tx, [rows]);
  return appended;
}

/** Entries written by one statement; this limits its parameters. */
const MAX_STATEMENT = 250;

/** Writes the entries of many changes in one transaction: one statement for up to 250 of them. */
export async function appendEntries(
  tx: Running,
  cx: AuditContext,
  events: readonly AuditEvent[],
): Promise<AppendedEntry[]> {
  const entries: AppendedEntry[] = [];
  let waiting: EntryRows[] = [];
  for (const event of events) {
    const { appended, rows } = await composeEntry(cx, event);
    entries.push(appended);
    waiting.push(rows);
    if (waiting.length < MAX_STATEMENT) continue;
    await insertEntriesWith(tx, waiting);
    waiting = [];
  }
  if (waiting.length > 0) await insertEntriesWith(tx, waiting);
  return entries;
}
