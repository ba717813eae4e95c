import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { accessOf, textsOf } from "./access-logs";
import { fencedConditions } from "./fence";
import { openParts } from "./open-parts";
import { readParts } from "./parts-store";
import { planForPages, readAccesses } from "./store";

/** One copy of opened fields, as recorded before it was made. */
export interface CopyMade {
  readonly at: string;
  /** Pseudonym of the person who copied. */
  readonly actor: string | undefined;
  readonly entryId: string;
  readonly transactionId: string;
  /** Names of the groups; none if the entry's part was erased since. */
  readonly fields: readonly string[];
}

function madeUnder(cx: Context, grantId: string, action: string) {
  return fencedConditions(cx)
    .add("i.action = ?", action)
    .add("i.outcome = ?", "done")
    .add("i.grant_id = ?::uuid", grantId);
}

/**
 * Returns copies of data opened under a grant, newest first, at most `limit`. The calling code decides who may read
 * the grant. The fence of the log applies as everywhere (I12).
 */
export async function listCopies(cx: Context, grantId: string, limit: number): Promise<CopyMade[]> {
  const conditions = madeUnder(cx, grantId, "disclosure.copy");
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

/** An evidence file that was made under a grant. */
export type EvidenceMade = Pick<CopyMade, "at" | "actor" | "entryId">;

/** Returns the evidence files made under a grant, newest first, at most `limit`. As for copies, the fence applies (I12). */
export async function listEvidenceMade(cx: Context, grantId: string, limit: number): Promise<EvidenceMade[]> {
  const conditions = madeUnder(cx, grantId, "evidence.make");
  const { rows } = await inSnapshot(cx, async (tx) => {
    await planForPages(tx);
    return readAccesses(tx, conditions, { limit, offset: 0 });
  });
  return rows.map(({ at, entry_id, actor }) => ({ at, actor: actor ?? undefined, entryId: entry_id }));
}
