import "server-only";
import { z } from "zod";
import { copyRows } from "@/lib/db/copy-rows";
import type { RawTx } from "@/lib/db/transaction";

const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const PruneRow = z.object({ seq: Seq, entry_id: z.string(), leaf_hash: Bytes, bytes: Bytes });
export type PruneRow = z.infer<typeof PruneRow>;

const PRUNE_BATCH = 100;

/** Entries of the tree below `size` that are found as a pruning, newest first, with their bytes. */
export async function* readFoundAsPrune(tx: RawTx, log: string, size: number): AsyncGenerator<PruneRow> {
  for (let before = size, more = true; more; ) {
    const { rows } = await tx.query(
      `SELECT l.seq, e.id::text AS entry_id, l.leaf_hash, e.bytes
       FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id JOIN audit_entry e ON e.id = i.entry_id
       WHERE i.action = 'log.prune' AND i.outcome = 'done' AND l.log = $1 AND l.seq < $2::bigint
         AND e.bytes IS NOT NULL ORDER BY l.seq DESC LIMIT ${PRUNE_BATCH}`,
      [log, before],
    );
    const found = z.array(PruneRow).parse(rows);
    yield* found;
    more = found.length === PRUNE_BATCH;
    before = found.at(-1)?.seq ?? 0;
  }
}

/** Numbers below `minimum` whose entry bytes are gone, in order. */
export async function readGone(tx: RawTx, log: string, minimum: number): Promise<Set<number>> {
  const gone = new Set<number>();
  const select = `SELECT l.seq::text FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id
    WHERE l.log = $1 AND l.seq < $2::bigint AND e.bytes IS NULL ORDER BY l.seq`;
  for await (const rows of copyRows(tx, select, [log, minimum]))
    for (const row of rows) gone.add(Seq.parse(row[0]?.toString("latin1")));
  return gone;
}
