import "server-only";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { ExportItem } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { isUnreadable } from "@/lib/db/read-rows";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { selectExports } from "./history-store";
import { type ShownExports, shownTo, toItem } from "./list-exports";

async function findItem(
  cx: Context,
  id: string,
  shown: (tx: Tx) => ShownExports | Promise<ShownExports>,
): Promise<ExportItem> {
  const { tenantId } = cx.instance;
  const [row] = await inSnapshot(cx, async (tx) =>
    selectExports(tx, { tenantId, ...(await shown(tx)), before: undefined, limit: 1, id }),
  );
  if (row === undefined || isUnreadable(row)) throw new DomainError("export.not-found");
  return toItem(cx, row);
}

/** Returns the caller's own export from the history. Not logged: for answers to what the caller has just done. */
export function getOwnItem(cx: Context, id: string): Promise<ExportItem> {
  return findItem(cx, id, () => ({ userId: cx.principal.userId }));
}

/** Returns one export of the history with progress and digest: the caller's own, or any person's for a coordinator. */
export async function getExport(cx: Context, id: string): Promise<ExportItem> {
  await recordReadOnce(cx, "audit.exports");
  return findItem(cx, id, (tx) => shownTo(tx, cx));
}
