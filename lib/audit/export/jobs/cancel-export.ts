import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { ExportReceipt } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { exportPlace } from "../export-place";
import { getOwnItem } from "../history/get-export";
import { findOwnFile, removeFile } from "./file-store";
import { cancelJob } from "./store";

/**
 * Ends the caller's own background export. A waiting or running one is cancelled; a finished file is removed with its
 * key. Both are recorded with the change. Throws `export.not-found` for other people's exports and `export.ended` for
 * one that has already ended.
 */
export async function cancelExport(cx: Context, id: string): Promise<ExportReceipt> {
  const at = cx.clock.now();
  const appended = await inTransaction(cx, async (tx) => {
    const { tenantId } = cx.instance;
    const file = await findOwnFile(tx, { tenantId, userId: cx.principal.userId, id, at });
    if (file === undefined) throw new DomainError("export.not-found");
    const isCancelled = await cancelJob(tx, id, at);
    if (!isCancelled && !(await removeFile(tx, id, at))) throw new DomainError("export.ended");
    return appendEntry(tx, cx, {
      class: "export",
      outcome: "done",
      action: isCancelled ? "export.cancel" : "export.remove",
      ...(await exportPlace(tx, id)),
    });
  });
  return { ...(await getOwnItem(cx, id)), receipt: await issueReceipt(cx, appended) };
}
