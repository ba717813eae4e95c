import "server-only";
import { z } from "zod";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { isUuid } from "@/lib/crypto/uuid";
import type { RawTx } from "@/lib/db/transaction";
import { explainedEntries, lostEntries } from "../bundle-verifier/claims/recovery";
import { type Entry, entryLeaf, parseEntry } from "../entry/entry";
import type { FencedBy } from "../reading/fence";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const RecoveryRow = z.object({
  seq: Seq,
  entry_id: z.string(),
  leaf_hash: Bytes,
  bytes: Bytes,
  tenant_id: z.string().nullable(),
  case_id: z.string().nullable(),
  is_suspicion: z.boolean().nullable(),
});
const PlaceRow = z.object({ seq: Seq, entry_id: z.string() });
type RecoveryRow = z.infer<typeof RecoveryRow>;

/** An entry of the tree that records a recovery, and the ids of the entries whose missing parts it explains. */
export interface Recovery {
  readonly seq: number;
  readonly id: string;
  /** The leaf that vouches for it. */
  readonly hash: Uint8Array;
  readonly lost: readonly string[];
  /** The fence columns of its index row; undefined if it has none. */
  readonly fence: FencedBy | undefined;
  /** Whether it has no sealed part, as every recovery that the database writes. Then it has no fence. */
  readonly isPublic: boolean;
}

/** Most recoveries of one log that are read, the same limit as in verifiers. */
const MOST_RECOVERIES = 10_000;

/** Returns the entry of a row, if its leaf vouches for its bytes. */
function entryOf({ entry_id, leaf_hash, bytes }: RecoveryRow): Entry | undefined {
  if (!equalConstantTime(entryLeaf(bytes), leaf_hash)) return undefined;
  try {
    const entry = parseEntry(bytes);
    return entry.id === entry_id ? entry : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function fenceOf({ tenant_id, case_id, is_suspicion }: RecoveryRow): FencedBy | undefined {
  return tenant_id === null ? undefined : { tenant_id, case_id, is_suspicion: is_suspicion !== false };
}

/** Returns the numbers of the entries of a log that have these ids. */
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

/** Returns recoveries of the tree below `size`, according to the entries themselves. */
export async function readRecoveries(tx: RawTx, log: string, size: number): Promise<Recovery[]> {
  const { rows } = await tx.query(
    `SELECT l.seq, l.entry_id::text, l.leaf_hash, e.bytes, i.tenant_id::text, i.case_id::text, i.is_suspicion
     FROM audit_recovery r JOIN audit_leaf l ON l.entry_id = r.entry_id JOIN audit_entry e ON e.id = r.entry_id
       LEFT JOIN audit_index i ON i.entry_id = r.entry_id
     WHERE l.log = $1 AND l.seq < $2::bigint AND e.bytes IS NOT NULL ORDER BY l.seq LIMIT ${MOST_RECOVERIES}`,
    [log, size],
  );
  const stated = z
    .array(RecoveryRow)
    .parse(rows)
    .flatMap((row) => {
      const entry = entryOf(row);
      return entry === undefined ? [] : [{ row, entry }];
    });
  const places = await placesOf(
    tx,
    log,
    stated.flatMap(({ entry }) => lostEntries(entry.pub?.recovery)),
  );
  return stated.map(({ row, entry }) => ({
    seq: row.seq,
    id: entry.id,
    hash: row.leaf_hash,
    lost: explainedEntries(row.seq, entry.pub?.recovery, (one) => places.get(one)),
    fence: fenceOf(row),
    isPublic: entry.sealed.length === 0,
  }));
}

/** Returns ids of entries whose missing parts are explained by recoveries in the tree below `size`. */
export async function readLost(tx: RawTx, log: string, size: number): Promise<ReadonlySet<string>> {
  const recoveries = await readRecoveries(tx, log, size);
  return new Set(recoveries.flatMap(({ lost }) => lost));
}
