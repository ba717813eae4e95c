import "server-only";
import type { Tx } from "@/lib/db/transaction";

/** From an entry's own time to its leaf, in milliseconds, over the newest leaves of every worker. */
export interface MergeDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly entries: number;
}

/** What the database knows about the instance's state. */
export interface StoredHealth {
  readonly migrations: readonly string[];
  readonly logSize: number;
  readonly checkpointSize: number;
  readonly checkpointAt: Date | undefined;
  readonly witnesses: unknown;
  readonly workerSeenAt: Date | undefined;
  /** Oldest entry that waits for the sequencer, in the form of audit.md. */
  readonly oldestWaiting: string | undefined;
  /** Merge delays of the newest leaves; undefined while there are none. */
  readonly mergeDelay: MergeDelay | undefined;
  /** Disclosures with an intent and no outcome for over five minutes. */
  readonly openIntents: number;
}

interface HealthRow {
  migrations: string[];
  log_size: bigint | null;
  checkpoint_size: bigint | null;
  checkpoint_at: Date | null;
  witnesses: unknown;
  worker_at: Date | null;
  oldest_waiting: string | null;
  open_intents: bigint;
  delays: bigint;
  p50: number | null;
  p99: number | null;
  longest: number | null;
}

/** Leaves that the merge delay is measured over: the newest, whichever worker made them. */
const MEASURED = 1_000;

/** One statement, so that a health check costs one round trip however often it is asked. */
export async function readStoredHealth(tx: Tx, log: string): Promise<StoredHealth> {
  const rows = await tx.$queryRaw<HealthRow[]>`
    SELECT ARRAY(SELECT migration_name::text FROM _prisma_migrations WHERE finished_at IS NOT NULL) AS migrations,
           (SELECT size FROM audit_head WHERE log = ${log}) AS log_size,
           c.size AS checkpoint_size, c.published_at AS checkpoint_at, c.witnesses,
           (SELECT max(at) FROM process_heartbeat WHERE name LIKE 'worker%') AS worker_at,
           (SELECT e.at FROM audit_queue q JOIN audit_entry e ON e.id = q.entry_id
              WHERE NOT EXISTS (SELECT 1 FROM audit_head h WHERE h.log = e.log AND h.closed_at IS NOT NULL)
              ORDER BY q.id LIMIT 1) AS oldest_waiting,
           d.delays, d.p50, d.p99, d.longest,
           (SELECT count(*) FROM disclosure WHERE outcome = 'intent' AND at < now() - interval '5 minutes') AS open_intents
    FROM (SELECT 1) one
    LEFT JOIN LATERAL (SELECT size, published_at, witnesses FROM audit_checkpoint
                       WHERE log = ${log} ORDER BY size DESC LIMIT 1) c ON true
    LEFT JOIN LATERAL (
      SELECT count(*) AS delays, percentile_disc(0.5) WITHIN GROUP (ORDER BY ms)::float8 AS p50,
             percentile_disc(0.99) WITHIN GROUP (ORDER BY ms)::float8 AS p99, max(ms)::float8 AS longest
      FROM (SELECT extract(epoch FROM l.integrated_at - e.at::timestamptz) * 1000 AS ms
            FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
            WHERE l.log = ${log} AND l.seq >= (SELECT size FROM audit_head WHERE log = ${log}) - ${MEASURED}
              AND l.integrated_at > now() - interval '15 minutes') m) d ON true`;
  const [row] = rows;
  return {
    migrations: row?.migrations ?? [],
    logSize: Number(row?.log_size ?? 0n),
    checkpointSize: Number(row?.checkpoint_size ?? 0n),
    checkpointAt: row?.checkpoint_at ?? undefined,
    witnesses: row?.witnesses ?? [],
    workerSeenAt: row?.worker_at ?? undefined,
    oldestWaiting: row?.oldest_waiting ?? undefined,
    openIntents: Number(row?.open_intents ?? 0n),
    mergeDelay: mergeDelayOf(row),
  };
}

function mergeDelayOf(row: HealthRow | undefined): MergeDelay | undefined {
  if (row === undefined || row.p50 === null || row.p99 === null || row.longest === null) return undefined;
  const [p50, p99, max] = [row.p50, row.p99, row.longest].map(Math.round);
  return { p50: p50 ?? 0, p99: p99 ?? 0, max: max ?? 0, entries: Number(row.delays) };
}

/** How much there is, for /confidential/status. */
export async function countAll(
  tx: Tx,
): Promise<{ readonly participants: number; readonly transactions: number }> {
  const [participants, transactions] = [await tx.participant.count(), await tx.transaction.count()];
  return { participants, transactions };
}
