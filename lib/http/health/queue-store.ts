import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/** Tasks that wait in one queue. Failed ones are those of the last day, or those that the custodian refuses. */
export interface QueueFigures {
  readonly queue: string;
  readonly depth: number;
  readonly ageSeconds: number;
  readonly failed: number;
}

/** Keys, grants and clock, as the database knows them. */
export interface StoredFigures {
  readonly rotationsAsked: number;
  readonly rotationsRunning: number;
  readonly rewrapped: number;
  readonly remaining: number;
  readonly grantsActive: number;
  readonly grantsNearCap: number;
  readonly verifiedAt: Date | undefined;
  readonly now: Date;
}

const seconds = Prisma.raw("extract(epoch FROM clock_timestamp() - since)::float8");
const DAY = Prisma.raw("now() - interval '1 day'");

/** Each part reads a partial index or a small table: a scrape every few seconds must cost little at any size. */
const QUEUES = Prisma.sql`
  SELECT 'audit' AS queue, count(*) AS depth, min(q.queued_at) AS since, 0::bigint AS failed FROM audit_queue q
    WHERE NOT EXISTS (SELECT 1 FROM audit_quarantine a WHERE a.entry_id = q.entry_id)
  UNION ALL SELECT 'grants', count(*) FILTER (WHERE state = 'waiting'), min(created_at) FILTER (WHERE state = 'waiting'),
    count(*) FILTER (WHERE state = 'refused') FROM job WHERE state IN ('waiting', 'refused')
  UNION ALL SELECT 'registrations', count(*), least(min(due_at), now()), count(*) FILTER (WHERE problem IS NOT NULL)
    FROM escrow_registration WHERE signature IS NULL AND due_at IS NOT NULL
  UNION ALL SELECT 'deliveries', count(*), min(at),
    (SELECT count(*) FROM notify_delivery WHERE at > ${DAY} AND status = 'failed') FROM notify_delivery WHERE status = 'waiting'
  UNION ALL SELECT 'exports', count(*), min(started_at),
    (SELECT count(*) FROM audit_export WHERE kind = 'job' AND state = 'failed' AND started_at > ${DAY})
    FROM audit_export WHERE kind = 'job' AND state IN ('queued', 'running')
  UNION ALL SELECT 'policy-runs', count(*), min(created_at),
    (SELECT count(*) FROM policy_run WHERE state = 'failed' AND created_at > ${DAY})
    FROM policy_run WHERE state IN ('queued', 'running')
  UNION ALL SELECT 'scans', count(*), min(created_at), 0 FROM document WHERE scan = 'pending'
  UNION ALL SELECT 'rotations', count(*), min(started_at),
    (SELECT count(*) FROM key_rotation WHERE state = 'failed' AND started_at > ${DAY}) FROM key_rotation WHERE state = 'running'
  UNION ALL SELECT 'recoveries', count(*), min(started_at),
    (SELECT count(*) FROM key_recovery WHERE state = 'failed' AND asked_at > ${DAY}) FROM key_recovery WHERE state = 'running'`;

interface QueueRow {
  queue: string;
  depth: bigint;
  age: number | null;
  failed: bigint;
}

/** Returns how many tasks wait in each queue, and for how long. */
export async function readQueues(tx: Tx): Promise<QueueFigures[]> {
  const rows = await tx.$queryRaw<QueueRow[]>`
    SELECT queue, depth, ${seconds} AS age, failed FROM (${QUEUES}) q`;
  return rows.map(({ queue, depth, age, failed }) => ({
    queue,
    depth: Number(depth),
    ageSeconds: Math.max(0, age ?? 0),
    failed: Number(failed),
  }));
}

interface FiguresRow {
  asked: bigint;
  running: bigint;
  rewrapped: bigint | null;
  remaining: bigint | null;
  active: bigint;
  near_cap: bigint;
  verified_at: Date | null;
  now: Date;
}

/** Returns the other figures of the instance. */
export async function readStoredFigures(tx: Tx): Promise<StoredFigures> {
  const [row] = await tx.$queryRaw<FiguresRow[]>`
    SELECT r.*, g.*, clock_timestamp() AS now,
           (SELECT max(finished_at) FROM audit_verification WHERE state = 'done') AS verified_at
    FROM (SELECT count(*) FILTER (WHERE state = 'asked') AS asked, count(*) FILTER (WHERE state = 'running') AS running,
                 sum(rewrapped) FILTER (WHERE state = 'running') AS rewrapped,
                 sum(total - rewrapped) FILTER (WHERE state = 'running') AS remaining
          FROM key_rotation WHERE state IN ('asked', 'running')) r,
         (SELECT count(*) AS active,
                 count(*) FILTER (WHERE views_used >= 0.9 * max_views OR (max_exports > 0 AND exports_used >= 0.9 * max_exports)) AS near_cap
          FROM access_grant WHERE state = 'active' AND not_after > now() AND not_before <= now()) g`;
  if (row === undefined) throw new TypeError("the database answered without a row");
  return {
    rotationsAsked: Number(row.asked),
    rotationsRunning: Number(row.running),
    rewrapped: Number(row.rewrapped ?? 0n),
    remaining: Number(row.remaining ?? 0n),
    grantsActive: Number(row.active),
    grantsNearCap: Number(row.near_cap),
    verifiedAt: row.verified_at ?? undefined,
    now: row.now,
  };
}
