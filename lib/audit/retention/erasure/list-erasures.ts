import "server-only";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import { viewRows } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
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
      errors: [{ pointer: "/cursor", detail: "not a cursor of this list" }],
    });
  }
  await recordReadOnce(cx, "erasure.read");
  const rows = await inSnapshot(cx, (tx) =>
    listErasureRows(tx, readerOf(cx), { after: cursor, limit: limit + 1 }),
  );
  const shown = rows.slice(0, limit);
  return {
    ...viewRows(cx, "erasures", shown, (row: ErasureRow) => toErasure(cx, row)),
    next_cursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
  };
}
