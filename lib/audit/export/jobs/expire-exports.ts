import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { exportPlace } from "../export-place";
import { findExpired, removeFile } from "./file-store";
import type { JobContext } from "./run-export";

const BATCH = 20;

/** Removes up to 20 expired files, each in one transaction with the entry that records it. Returns how many it removed. */
export async function expireExports(
  cx: Pick<JobContext, "db" | "instance" | "clock" | "audit"> & AuditContext,
): Promise<number> {
  const now = cx.clock.now();
  const ids = await inTransaction(cx, (tx) => findExpired(tx, cx.instance.tenantId, now, BATCH));
  let removed = 0;
  for (const id of ids) {
    await inTransaction(cx, async (tx) => {
      if (!(await removeFile(tx, id, now))) return;
      removed += 1;
      await appendEntry(tx, cx, {
        class: "export",
        outcome: "done",
        action: "export.expire",
        ...(await exportPlace(tx, id)),
      });
    });
  }
  return removed;
}
