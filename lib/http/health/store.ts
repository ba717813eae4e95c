import "server-only";
import { QUARANTINED } from "@/lib/audit/reading/quarantine-store";
import { ARCHIVING } from "@/lib/backup/server/archiving";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import type { WitnessPolicy } from "@/lib/env/anchors";

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
  /** Since when the oldest entry that no checkpoint covers has been in the tree. */
  readonly unsignedSince: Date | undefined;
  readonly witnesses: unknown;
  /** Since when no new checkpoint has had the cosignatures of the policy, as far as the newest hundred show. */
  readonly belowPolicySince: Date | undefined;
  readonly firstCheckpointAt: Date | undefined;
  /** Newest stamped checkpoint: its size and the stamped time. */
  readonly stampedSize: number | undefined;
  readonly stampedAt: Date | undefined;
  readonly workerSeenAt: Date | undefined;
  /** Oldest entry that waits for the sequencer and is not in quarantine, in the form of audit.md. */
  readonly oldestWaiting: string | undefined;
  /** Since when the row that waits longest has been in the queue, by the database's clock. */
  readonly waitingSince: Date | undefined;
  /** Quarantined entries that no one dismissed. */
  readonly quarantined: number;
  /** Merge delays of the newest leaves; undefined without leaves. */
  readonly mergeDelay: MergeDelay | undefined;
  /** Whether the newest verification by the server that has ended found the log wrong. */
  readonly isFoundWrong: boolean;
  /** Whether no statement of the signer was available to compare the log with, whatever the check found. */
  readonly isUncompared: boolean;
  /**
   * Losses that the newest verification found and recoveries of this log declare, where it found nothing else; 0 where
   * it did. They stay for ever, and are shown.
   */
  readonly declaredLosses: number;
  /** Disclosures with an intent and no outcome for over five minutes. */
  readonly openIntents: number;
  /** Ends that the custodian refuses while it would still open, or has missed for over five minutes. */
  readonly endsNotAtCustodian: number;
  /** Agreed erasures that no date or hold defers and that have not run for over five minutes. */
  readonly lateErasures: number;
  /** Whether the server has stopped to archive its WAL. */
  readonly isArchiveLate: boolean;
}

interface HealthRow {
  migrations: string[];
  log_size: bigint | null;
  checkpoint_size: bigint | null;
  checkpoint_at: Date | null;
  unsigned_since: Date | null;
  is_found_wrong: boolean | null;
  is_uncompared: boolean | null;
  declared_losses: bigint | null;
  witnesses: unknown;
  below_policy_since: Date | null;
  first_at: Date | null;
  stamped_size: bigint | null;
  stamped_at: Date | null;
  worker_at: Date | null;
  oldest_waiting: string | null;
  waiting_since: Date | null;
  quarantined: bigint;
  open_intents: bigint;
  ends_not_at_custodian: bigint;
  late_erasures: bigint;
  archiving: string;
  delays: bigint;
  p50: number | null;
  p99: number | null;
  longest: number | null;
}

/** Leaves that the merge delay is measured over: the newest, whichever worker made them. */
const MEASURED = 1_000;

/**
 * One statement, so that a health check costs one round trip however often it is asked. Entries that a recovery
 * restored, or that waited for it, are not measured: they do not show how the log works now. Row-level security lets
 * no index be used for a condition with `coalesce`, so `CASE` is in its place; lateral reads keep the planner from scans.
 */
export async function readStoredHealth(tx: Tx, log: string, policy: WitnessPolicy): Promise<StoredHealth> {
  const rows = await tx.$queryRaw<HealthRow[]>`
    SELECT ARRAY(SELECT migration_name::text FROM _prisma_migrations WHERE finished_at IS NOT NULL) AS migrations,
           (SELECT size FROM audit_head WHERE log = ${log}) AS log_size,
           c.size AS checkpoint_size, c.published_at AS checkpoint_at, c.witnesses,
           (SELECT integrated_at FROM audit_leaf WHERE log = ${log} AND seq = CASE WHEN c.size IS NULL THEN 0 ELSE c.size END) AS unsigned_since,
           (SELECT v.report ->> 'verdict' = 'wrong'
                OR coalesce(jsonb_array_length(v.index_report -> 'findings'), 0) > 0
              FROM audit_verification v WHERE v.state = 'done' AND v.report IS NOT NULL
              ORDER BY v.started_at DESC LIMIT 1) AS is_found_wrong,
           (SELECT v.report ->> 'signer' IS DISTINCT FROM 'agrees' FROM audit_verification v
              WHERE v.state = 'done' AND v.report IS NOT NULL ORDER BY v.started_at DESC LIMIT 1) AS is_uncompared,
           (SELECT CASE WHEN f.others = 0 AND f.lost <= f.declared THEN f.lost ELSE 0 END FROM (
              SELECT (SELECT count(*) FROM jsonb_array_elements(v.report -> 'findings') x WHERE x ->> 'class' = 'lost') AS lost,
                     (SELECT count(*) FROM jsonb_array_elements(v.report -> 'findings') x WHERE x ->> 'class' <> 'lost')
                       + (v.report ->> 'more')::bigint
                       + coalesce(jsonb_array_length(v.index_report -> 'findings'), 0) AS others,
                     (SELECT count(*) FROM audit_recovery r
                        CROSS JOIN LATERAL (SELECT o.log FROM audit_leaf o WHERE o.entry_id = r.entry_id OFFSET 0) l WHERE l.log = ${log})
                       + (SELECT count(*) FROM (SELECT 1 FROM audit_head h WHERE h.closed_at IS NOT NULL LIMIT 1) h) AS declared
              FROM audit_verification v WHERE v.state = 'done' AND v.report IS NOT NULL
              ORDER BY v.started_at DESC LIMIT 1) f) AS declared_losses,
           s.size AS stamped_size, s.time_stamped_at AS stamped_at,
           (SELECT published_at FROM audit_checkpoint WHERE log = ${log} ORDER BY size LIMIT 1) AS first_at,
           (SELECT min(published_at) FILTER (WHERE unmet_yet) FROM (
              SELECT published_at, bool_and(NOT is_met) OVER (ORDER BY size DESC) AS unmet_yet FROM (
                SELECT size, published_at,
                       jsonb_array_length(jsonb_path_query_array(witnesses, '$[*] ? (@.kind == "own")')) >= ${policy.own}::int
                   AND jsonb_array_length(jsonb_path_query_array(witnesses, '$[*] ? (@.kind == "independent")')) >= ${policy.independent}::int
                       AS is_met
                FROM audit_checkpoint WHERE log = ${log} ORDER BY size DESC LIMIT 100) w) u) AS below_policy_since,
           (SELECT max(at) FROM process_heartbeat WHERE name LIKE 'worker%') AS worker_at,
           w.at AS oldest_waiting, w.queued_at AS waiting_since,
           (SELECT count(*) FROM ${Prisma.raw(QUARANTINED)} a WHERE NOT a.is_dismissed) AS quarantined,
           d.delays, d.p50, d.p99, d.longest,
           (SELECT count(*) FROM disclosure WHERE outcome = 'intent' AND at < now() - interval '5 minutes') AS open_intents,
           (SELECT count(*) FROM job j
              WHERE j.state IN ('refused', 'waiting') AND j.kind IN ('grant.revoke', 'dispute.end', 'co-viewer.end')
                AND CASE WHEN j.state = 'waiting' THEN j.created_at < now() - interval '5 minutes'
                    ELSE EXISTS (SELECT 1 FROM access_grant g WHERE g.id = j.subject::uuid AND g.not_after > now()) END) AS ends_not_at_custodian,
           (SELECT count(*) FROM audit_erasure e WHERE e.state = 'agreed'
              AND coalesce(e.try_after, e.agreed_at) < now() - interval '5 minutes') AS late_erasures,
           ${Prisma.raw(ARCHIVING)} AS archiving
    FROM (SELECT 1) one
    LEFT JOIN LATERAL (SELECT size, published_at, witnesses FROM audit_checkpoint
                       WHERE log = ${log} ORDER BY size DESC LIMIT 1) c ON true
    LEFT JOIN LATERAL (SELECT size, time_stamped_at FROM audit_checkpoint
                       WHERE log = ${log} AND time_stamped_at IS NOT NULL ORDER BY size DESC LIMIT 1) s ON true
    LEFT JOIN LATERAL (SELECT e.at, q.queued_at FROM audit_queue q LEFT JOIN audit_entry e ON e.id = q.entry_id
                       WHERE NOT EXISTS (SELECT 1 FROM audit_head h WHERE h.log = e.log AND h.closed_at IS NOT NULL)
                         AND NOT EXISTS (SELECT 1 FROM audit_quarantine a WHERE a.entry_id = q.entry_id)
                       ORDER BY q.id LIMIT 1) w ON true
    LEFT JOIN LATERAL (
      SELECT count(*) AS delays, percentile_disc(0.5) WITHIN GROUP (ORDER BY ms)::float8 AS p50,
             percentile_disc(0.99) WITHIN GROUP (ORDER BY ms)::float8 AS p99, max(ms)::float8 AS longest
      FROM (SELECT extract(epoch FROM l.integrated_at - e.at::timestamptz) * 1000 AS ms
            FROM (SELECT size FROM audit_head WHERE log = ${log} OFFSET 0) h
            CROSS JOIN LATERAL (SELECT * FROM audit_leaf WHERE log = ${log} AND seq >= h.size - ${MEASURED} AND seq < h.size OFFSET 0) l
            CROSS JOIN LATERAL (SELECT o.at FROM audit_entry o WHERE o.id = l.entry_id OFFSET 0) e
            WHERE l.integrated_at > now() - interval '15 minutes'
              AND e.at > coalesce((SELECT to_char(max(r.at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                                   FROM audit_recovery r WHERE r.log = ${log}), '')) m) d ON true`;
  const [row] = rows;
  return row === undefined ? NOTHING : storedHealth(row);
}

const NOTHING: StoredHealth = {
  migrations: [],
  logSize: 0,
  checkpointSize: 0,
  checkpointAt: undefined,
  unsignedSince: undefined,
  isFoundWrong: false,
  isUncompared: false,
  declaredLosses: 0,
  witnesses: [],
  belowPolicySince: undefined,
  firstCheckpointAt: undefined,
  stampedSize: undefined,
  stampedAt: undefined,
  workerSeenAt: undefined,
  oldestWaiting: undefined,
  waitingSince: undefined,
  quarantined: 0,
  openIntents: 0,
  endsNotAtCustodian: 0,
  lateErasures: 0,
  isArchiveLate: false,
  mergeDelay: undefined,
};

function storedHealth(row: HealthRow): StoredHealth {
  return {
    migrations: row.migrations,
    logSize: Number(row.log_size ?? 0n),
    checkpointSize: Number(row.checkpoint_size ?? 0n),
    checkpointAt: row.checkpoint_at ?? undefined,
    unsignedSince: row.unsigned_since ?? undefined,
    isFoundWrong: row.is_found_wrong === true,
    isUncompared: row.is_uncompared === true,
    declaredLosses: Number(row.declared_losses ?? 0n),
    witnesses: row.witnesses ?? [],
    belowPolicySince: row.below_policy_since ?? undefined,
    firstCheckpointAt: row.first_at ?? undefined,
    stampedSize: row.stamped_size === null ? undefined : Number(row.stamped_size),
    stampedAt: row.stamped_at ?? undefined,
    workerSeenAt: row.worker_at ?? undefined,
    oldestWaiting: row.oldest_waiting ?? undefined,
    waitingSince: row.waiting_since ?? undefined,
    quarantined: Number(row.quarantined),
    openIntents: Number(row.open_intents),
    endsNotAtCustodian: Number(row.ends_not_at_custodian),
    lateErasures: Number(row.late_erasures),
    isArchiveLate: row.archiving === "late",
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
