import "server-only";
import type { Context } from "@/lib/context";
import { inSnapshot } from "@/lib/db/transaction";
import { recordReadOnce } from "../record-read";
import type { ErasureList } from "./schema";
import { listErasureRows } from "./store";
import { toErasure } from "./view";

const SHOWN = 100;

/** The newest erasures, for those with the duty; names of people stand in it. */
export async function listErasures(cx: Context): Promise<ErasureList> {
  await recordReadOnce(cx, "erasure.read");
  const rows = await inSnapshot(cx, (tx) => listErasureRows(tx, cx.instance.tenantId, SHOWN));
  return { items: rows.map((row) => toErasure(cx, row)) };
}
