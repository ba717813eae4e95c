import "server-only";
import { z } from "zod";
import type { RawTx } from "@/lib/db/transaction";
import type { Conditions } from "../reading/fence";

const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const PruneRow = z.object({ seq: Seq, entry_id: z.string(), leaf_hash: Bytes, bytes: Bytes });

const BATCH = 100;

/** Returns entries of the tree below `size` that index rows call a pruning, newest first, with their bytes. */
export async function* readFoundAsPrune(
  tx: RawTx,
  log: string,
  size: number,
): AsyncGenerator<z.infer<typeof PruneRow>> {
  for (let before = size, more = true; more; ) {
    const { rows } = await tx.query(
      `SELECT l.seq, e.id::text AS entry_id, l.leaf_hash, e.bytes
       FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id JOIN audit_entry e ON e.id = i.entry_id
       WHERE i.action = 'log.prune' AND i.outcome = 'done' AND l.log = $1 AND l.seq < $2::bigint
         AND e.bytes IS NOT NULL ORDER BY l.seq DESC LIMIT ${BATCH}`,
      [log, before],
    );
    const found = z.array(PruneRow).parse(rows);
    yield* found;
    more = found.length === BATCH;
    before = found.at(-1)?.seq ?? 0;
  }
}

/** Returns which of these compartments have a part in an entry that meets the conditions. */
export async function findCompartments(
  tx: RawTx,
  { conditions, log, size }: { readonly conditions: Conditions; readonly log: string; readonly size: number },
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const own = conditions.copy().add("l.log = ?", log).add("l.seq < ?::bigint", size);
  own.add("p.compartment_id = ANY (?::uuid[])", ids);
  const { rows } = await tx.query(
    `SELECT DISTINCT p.compartment_id::text AS id FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
       JOIN audit_index i ON i.entry_id = l.entry_id JOIN audit_part p ON p.entry_id = l.entry_id
     WHERE e.bytes IS NOT NULL AND ${own.text}`,
    own.values,
  );
  return new Set(
    z
      .array(z.object({ id: z.string() }))
      .parse(rows)
      .map(({ id }) => id),
  );
}
