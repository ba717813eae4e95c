import "server-only";
import { z } from "zod";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { isUuid } from "@/lib/crypto/uuid";
import type { RawTx } from "@/lib/db/transaction";
import { explainedEntries, lostEntries } from "../bundle-verifier/claims/recovery";
import { entryLeaf, parseEntry } from "../entry/entry";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const RecoveryRow = z.object({ seq: Seq, entry_id: z.string(), leaf_hash: Bytes, bytes: Bytes });
const PlaceRow = z.object({ seq: Seq, entry_id: z.string() });
type RecoveryRow = z.infer<typeof RecoveryRow>;

/** An entry of the tree that records a recovery, and the ids of the entries whose missing parts it explains. */
export interface Recovery {
  readonly seq: number;
  readonly id: string;
  /** The leaf by which it is believed. */
  readonly hash: Uint8Array;
  readonly lost: readonly string[];
}

/** What an entry states of a recovery, where its leaf vouches for its bytes. */
function statementOf({ entry_id, leaf_hash, bytes }: RecoveryRow): unknown {
  if (!equalConstantTime(entryLeaf(bytes), leaf_hash)) return undefined;
  try {
    const { id, pub } = parseEntry(bytes);
    return id === entry_id ? pub?.recovery : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** Numbers of the entries of a log that have these ids. */
async function placesOf(tx: RawTx, log: string, ids: readonly string[]): Promise<Map<string, number>> {
  const wanted = ids.filter(isUuid);
  if (wanted.length === 0) return new Map();
  const { rows } = await tx.query(
    "SELECT seq, entry_id::text FROM audit_leaf WHERE log = $1 AND entry_id = ANY ($2::uuid[])",
    [log, wanted],
  );
  return new Map(
    z
      .array(PlaceRow)
      .parse(rows)
      .map(({ seq, entry_id }) => [entry_id, seq]),
  );
}

/** Recoveries of the tree below `size`, by what the entries themselves say; few in the life of a log. */
export async function readRecoveries(tx: RawTx, log: string, size: number): Promise<Recovery[]> {
  const { rows } = await tx.query(
    `SELECT l.seq, l.entry_id::text, l.leaf_hash, e.bytes
     FROM audit_recovery r JOIN audit_leaf l ON l.entry_id = r.entry_id JOIN audit_entry e ON e.id = r.entry_id
     WHERE l.log = $1 AND l.seq < $2::bigint AND e.bytes IS NOT NULL ORDER BY l.seq`,
    [log, size],
  );
  const stated = z
    .array(RecoveryRow)
    .parse(rows)
    .map((row) => ({ seq: row.seq, id: row.entry_id, hash: row.leaf_hash, recovery: statementOf(row) }));
  const places = await placesOf(
    tx,
    log,
    stated.flatMap(({ recovery }) => lostEntries(recovery)),
  );
  return stated.map(({ seq, id, hash, recovery }) => ({
    seq,
    id,
    hash,
    lost: explainedEntries(seq, recovery, (one) => places.get(one)),
  }));
}

/** Ids of entries whose missing parts recoveries in the tree below `size` explain. */
export async function readLost(tx: RawTx, log: string, size: number): Promise<ReadonlySet<string>> {
  const recoveries = await readRecoveries(tx, log, size);
  return new Set(recoveries.flatMap(({ lost }) => lost));
}
