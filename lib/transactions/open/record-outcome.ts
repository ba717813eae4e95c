import "server-only";
import { composeEntry } from "@/lib/audit/entry/compose-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import type { Run } from "@/lib/db/statement";
import type { ErrorCode } from "@/lib/error-codes";
import { DomainError, InvariantError } from "@/lib/errors";
import type { Intent } from "@/lib/transactions/open/commit-opening";
import { STORE_OUTCOME } from "@/lib/transactions/open/disclosure-store";
import type { OpenedGroups, StoreOutcome } from "@/lib/transactions/open/open-groups";

type Result =
  | { readonly outcome: "done"; readonly opened: readonly string[] }
  | { readonly outcome: "failed"; readonly error: ErrorCode };

/** Stores the outcome's entry, with its item of the access log, and ends the disclosure. */
async function storeOutcome(run: Run, cx: Context, intent: Intent, result: Result): Promise<AppendedEntry> {
  const isDone = result.outcome === "done";
  const access = {
    dataAccessed: isDone ? result.opened : [],
    success: isDone,
    ...(isDone ? {} : { error: result.error }),
    authorizedBy: intent.authorizedBy,
  };
  const { outcome } = result;
  const { appended, rows } = await composeEntry(cx, { ...intent.event, outcome, access });
  await run(STORE_OUTCOME, { entries: [rows], id: intent.id, outcome, outcomeEntryId: appended.id });
  return appended;
}

/**
 * Step 7 of an opening: runs `open`, which stores its outcome with the function it gets, before the caller gets the
 * answer. So the outcome can commit together with the lock under which a key opened. A failure to open is stored
 * before the caller gets the error, and needs no other entry.
 */
export async function recordingOutcome(
  cx: Context,
  intent: Intent,
  open: (store: StoreOutcome) => Promise<OpenedGroups>,
): Promise<{ readonly opened: OpenedGroups; readonly entry: AppendedEntry }> {
  let entry: AppendedEntry | undefined;
  let isStoring = false;
  try {
    const opened = await open(async (run, { groups }) => {
      isStoring = true;
      entry = await storeOutcome(run, cx, intent, { outcome: "done", opened: Object.keys(groups) });
    });
    if (entry === undefined) throw new InvariantError("an opening ended without its outcome");
    return { opened, entry };
  } catch (error) {
    // Whether the outcome was stored is not known then, and a second one could contradict it.
    if (isStoring) throw error;
    const isExpected = error instanceof DomainError;
    const code = isExpected ? error.code : "service.unavailable";
    await storeOutcome(cx.db.run, cx, intent, { outcome: "failed", error: code });
    if (isExpected) error.isRecorded = true;
    throw error;
  }
}
