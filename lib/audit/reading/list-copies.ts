import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { accessOf, textsOf } from "./access-facts";
import { fencedConditions } from "./fence";
import { openParts } from "./open-parts";
import { planForPages, readAccesses, readParts } from "./store";

/** One copy of opened fields, as it was written down before it was made. */
export interface CopyMade {
  readonly at: string;
  /** Pseudonym of who copied. */
  readonly actor: string | undefined;
  readonly entryId: string;
  readonly transactionId: string;
  /** Names of the groups; none where the entry's part was erased since. */
  readonly fields: readonly string[];
}

/**
 * Copies out of what was opened under a grant, newest first, at most `limit`. Who may read the grant is its caller's to
 * decide; the fence of the log holds here as everywhere (I12).
 */
export async function listCopies(cx: Context, grantId: string, limit: number): Promise<CopyMade[]> {
  const conditions = fencedConditions(cx)
    .add("i.action = ?", "disclosure.copy")
    .add("i.outcome = ?", "done")
    .add("i.grant_id = ?::uuid", grantId);
  const { rows, parts } = await inSnapshot(cx, async (tx) => {
    await planForPages(tx);
    const page = await readAccesses(tx, conditions, { limit, offset: 0 });
    const ids = page.rows.map((row) => row.entry_id);
    return { ...page, parts: await readParts(tx, ids, ["org"]) };
  });
  const opened = new Map((await openParts(cx, parts)).map((part) => [part.entryId, part.plaintext]));
  return rows.flatMap(({ at, entry_id, transaction_id, actor }) => {
    if (transaction_id === null) return [];
    const fields = textsOf(accessOf(opened.get(entry_id)).data_accessed);
    return [{ at, actor: actor ?? undefined, entryId: entry_id, transactionId: transaction_id, fields }];
  });
}
