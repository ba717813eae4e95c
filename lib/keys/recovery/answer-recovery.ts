import "server-only";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inSnapshot } from "@/lib/db/transaction";
import type { Roster } from "@/lib/escrow/protocol/roster";
import { loadCase } from "@/lib/keys/recovery/load-case";
import type { RecoveryAnswer } from "@/lib/keys/recovery/schema";
import { recoveryView } from "@/lib/keys/recovery/view";

/** Returns the recovery after an act, with the act's receipt; without an entry, nothing changed. */
export async function answerRecovery(
  cx: Context,
  keyId: string,
  roster: Roster | undefined,
  entry: AppendedEntry | undefined,
): Promise<RecoveryAnswer> {
  const view = await inSnapshot(cx, async (tx) => recoveryView(tx, cx, await loadCase(tx, keyId), roster));
  return entry === undefined ? view : { ...view, receipt: await issueReceipt(cx, entry) };
}
