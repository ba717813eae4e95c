import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inTransaction } from "@/lib/db/transaction";
import type { ErrorCode } from "@/lib/error-codes";
import { DomainError } from "@/lib/errors";
import type { Intent } from "@/lib/transactions/open/commit-opening";
import type { OpenedGroups } from "@/lib/transactions/open/open-groups";
import { finishDisclosure } from "@/lib/transactions/store";

type Result =
  | { readonly outcome: "done"; readonly opened: readonly string[] }
  | { readonly outcome: "failed"; readonly error: ErrorCode };

/** One transaction stores the outcome's entry, with its item of the access log, and ends the disclosure. */
function storeOutcome(cx: Context, intent: Intent, result: Result): Promise<AppendedEntry> {
  const isDone = result.outcome === "done";
  const access = {
    dataAccessed: isDone ? result.opened : [],
    success: isDone,
    ...(isDone ? {} : { error: result.error }),
    authorizedBy: intent.authorizedBy,
  };
  return inTransaction(cx, async (tx) => {
    const entry = await appendEntry(tx, cx, { ...intent.event, outcome: result.outcome, access });
    await finishDisclosure(tx, intent.id, result.outcome, entry.id);
    return entry;
  });
}

/**
 * Step 7 of an opening: runs `open` and stores its outcome before the caller gets the answer or the error. A failure
 * that is stored here needs no other entry.
 */
export async function recordingOutcome(
  cx: Context,
  intent: Intent,
  open: () => Promise<OpenedGroups>,
): Promise<{ readonly opened: OpenedGroups; readonly entry: AppendedEntry }> {
  let opened: OpenedGroups;
  try {
    opened = await open();
  } catch (error) {
    const isExpected = error instanceof DomainError;
    const code = isExpected ? error.code : "service.unavailable";
    await storeOutcome(cx, intent, { outcome: "failed", error: code });
    if (isExpected) error.isRecorded = true;
    throw error;
  }
  const entry = await storeOutcome(cx, intent, { outcome: "done", opened: Object.keys(opened.groups) });
  return { opened, entry };
}
