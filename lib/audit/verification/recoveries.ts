import "server-only";
import { z } from "zod";
import type { DbContext } from "@/lib/context";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { inRawSnapshot, type RawTx } from "@/lib/db/transaction";
import { entryLeaf, parseEntry } from "../entry";
import { lostEntries } from "../verify/recovery";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const RecoveryRow = z.object({ seq: Seq, entry_id: z.string(), leaf_hash: Bytes, bytes: Bytes });
type RecoveryRow = z.infer<typeof RecoveryRow>;

/** An entry of the tree that records a recovery, and the ids of the entries it names as lost. */
export interface Recovery {
  readonly seq: number;
  readonly id: string;
  readonly lost: readonly string[];
}

/** What the leaf vouches for alone is believed, and no entry that calls itself lost. */
function lostOf({ entry_id, leaf_hash, bytes }: RecoveryRow): string[] {
  if (!equalConstantTime(entryLeaf(bytes), leaf_hash)) return [];
  try {
    const { id, pub } = parseEntry(bytes);
    return id === entry_id ? lostEntries(pub?.recovery).filter((lost) => lost !== id) : [];
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
}

/** Recoveries of the tree below `size`, by what the entries themselves say; few in the life of a log. */
export async function readRecoveries(
  tx: RawTx,
  log: string,
  size: number = Number.MAX_SAFE_INTEGER,
): Promise<Recovery[]> {
  const { rows } = await tx.query(
    `SELECT l.seq, l.entry_id::text, l.leaf_hash, e.bytes
     FROM audit_recovery r JOIN audit_leaf l ON l.entry_id = r.entry_id JOIN audit_entry e ON e.id = r.entry_id
     WHERE l.log = $1 AND l.seq < $2::bigint AND e.bytes IS NOT NULL ORDER BY l.seq`,
    [log, size],
  );
  return z
    .array(RecoveryRow)
    .parse(rows)
    .map((row) => ({ seq: row.seq, id: row.entry_id, lost: lostOf(row) }));
}

/** Ids of entries that recoveries in the tree name as lost. */
export function readLost(cx: DbContext): Promise<ReadonlySet<string>> {
  return inRawSnapshot(cx, async (tx) => {
    const recoveries = await readRecoveries(tx, cx.instance.log);
    return new Set(recoveries.flatMap(({ lost }) => lost));
  });
}
