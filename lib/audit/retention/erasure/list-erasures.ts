import "server-only";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import { readableOf, viewRows } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { seesEveryCase } from "../../reading/fence";
import { findSealedCases } from "../../reading/sealed-store";
import { type ErasureReasons, readReasons } from "./reasons-store";
import type { ErasureList, ErasureQuery } from "./schema";
import { type ErasureRow, listErasureRows } from "./store";
import { readerOf, toErasure } from "./view";

/**
 * Returns erasures, newest first, for people with the duty, because the list has names of people. The cursor is the
 * id of the last one shown. Throws `request.invalid` for any other cursor.
 */
export async function listErasures(cx: Context, { cursor, limit }: ErasureQuery): Promise<ErasureList> {
  if (cursor !== undefined && !isUuid(cursor)) {
    throw new DomainError("request.invalid", {
      errors: [{ pointer: "/cursor", detail: "is not a cursor of this list" }],
    });
  }
  await recordReadOnce(cx, "erasure.read");
  const seesHolds = seesEveryCase(cx);
  const { rows, reasons } = await inSnapshot(cx, async (tx) => {
    const found = await listErasureRows(tx, readerOf(cx), { after: cursor, limit: limit + 1 });
    const sealed = seesHolds ? await findSealedCases(tx, cx) : [];
    const why = new Map<string, ErasureReasons>();
    for (const row of readableOf(found)) why.set(row.id, await readReasons(tx, row, { seesHolds, sealed }));
    return { rows: found, reasons: why };
  });
  const shown = rows.slice(0, limit);
  return {
    ...viewRows(cx, "erasures", shown, (row: ErasureRow) => toErasure(cx, row, reasons.get(row.id))),
    next_cursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
  };
}
