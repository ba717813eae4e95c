import "server-only";
import type { Context } from "@/lib/context";
import { isUuid } from "@/lib/crypto/uuid";
import { isUnreadable, viewRows } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { recordReadOnce } from "../record/record-read";
import type { AsidePage, AsideQuery } from "./schema";
import { askPrisma, readAside } from "./standing";
import { type AsideStored, findNewestWords, listAsideRows } from "./store";
import { asideOf, seenBy, toAsideRow } from "./view";

/**
 * Waiting rows that are no entries of the log, acknowledged or not, with what was said of them; never what stands in
 * them. The cursor is the id of the last one shown. Throws `request.invalid` for any other.
 */
export async function listAside(cx: Context, { cursor, limit }: AsideQuery): Promise<AsidePage> {
  if (cursor !== undefined && !isUuid(cursor)) {
    throw new DomainError("request.invalid", {
      errors: [{ pointer: "/cursor", detail: "not a cursor of this list" }],
    });
  }
  await recordReadOnce(cx, "aside.read");
  return inSnapshot(cx, async (tx) => {
    const rows = await listAsideRows(tx, cx.instance.tenantId, { after: cursor, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const ids = shown.map((row) => (isUnreadable(row) ? row.id : row.entry_id));
    const words = new Map(
      (await findNewestWords(tx, seenBy(cx), ids)).map((word) => [word.entry_id, word] as const),
    );
    const acknowledged = new Set((await readAside(askPrisma(tx), asideOf(cx))).acknowledged);
    return {
      ...viewRows(cx, "quarantine", shown, (row: AsideStored) =>
        toAsideRow(cx, row, {
          word: words.get(row.entry_id),
          isAcknowledged: acknowledged.has(row.entry_id),
        }),
      ),
      next_cursor: rows.length > limit ? (ids.at(-1) ?? null) : null,
    };
  });
}
