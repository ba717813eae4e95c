import "server-only";
import { z } from "zod";
import { alertsOf } from "@/lib/alerts/store";
import { type Figures, RequestStage } from "@/lib/api-client/operations/figures";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { Level, Purpose } from "@/lib/vocabulary";

/** Whose figures are read. Requests that are sealed from the reader are not counted (I12). */
export interface FiguresReader {
  readonly tenantId: string;
  readonly log: string;
  readonly sealed: readonly string[];
  readonly since: Date;
  readonly now: Date;
  /** Days after which a managed key is rotated; undefined where that is not done. */
  readonly rotationDays: number | undefined;
}

const Count = z.coerce.number().int().min(0);
const Days = z.array(z.object({ day: z.string(), count: Count }));
const Row = z.object({
  requests: z.array(
    z.object({
      stage: RequestStage,
      under_2_days: Count,
      days_2_to_5: Count,
      over_5_days: Count,
      late: Count,
    }),
  ),
  openings: z.array(
    z.object({ day: z.string(), purpose: Purpose, level: Level, is_emergency: z.boolean(), count: Count }),
  ),
  entries_today: Count,
  active: Count,
  running: Count,
  due: Days,
  epoch: z.number().nullable(),
  open: Count,
  critical: Count,
  unacknowledged: Count,
  addresses: Count,
  processes: z.array(z.object({ name: z.string(), at: z.coerce.date() })),
});
export type FiguresRow = z.infer<typeof Row>;

/** An overdue or extended request is in the stage that it left. */
const STAGE = Prisma.raw(`CASE WHEN r.state = 'objected' THEN 'objected'
  WHEN r.state IN ('submitted', 'document_check') THEN 'document_check'
  WHEN r.state = 'needs_information' THEN 'requester'
  WHEN 'stage_1' IN (r.state, CASE WHEN r.state IN ('overdue', 'extended') THEN r.stage_before END) THEN 'legal'
  ELSE 'coordinator' END`);
const DECIDING = Prisma.raw(`('submitted', 'document_check', 'stage_1', 'stage_2', 'overdue', 'extended',
  'needs_information', 'objected')`);

function requests({ tenantId, sealed, now }: FiguresReader): Prisma.Sql {
  return Prisma.sql`SELECT q.stage, count(*) FILTER (WHERE NOT q.is_late AND q.age < interval '2 days') AS under_2_days,
      count(*) FILTER (WHERE NOT q.is_late AND q.age >= interval '2 days' AND q.age <= interval '5 days') AS days_2_to_5,
      count(*) FILTER (WHERE NOT q.is_late AND q.age > interval '5 days') AS over_5_days,
      count(*) FILTER (WHERE q.is_late) AS late
    FROM (SELECT ${STAGE} AS stage, ${now}::timestamptz - r.created_at AS age,
        r.state = 'overdue' OR coalesce(r.due_at < ${now}::timestamptz AND r.state <> 'needs_information', false) AS is_late
      FROM access_request r WHERE r.tenant_id = ${tenantId}::uuid AND r.state IN ${DECIDING}
        AND r.id <> ALL (${[...sealed]}::uuid[])) q GROUP BY q.stage`;
}

function openings({ tenantId, sealed, since }: FiguresReader): Prisma.Sql {
  return Prisma.sql`SELECT to_char(d.at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, d.purpose, d.level,
      g.break_glass_id IS NOT NULL AS is_emergency, count(*) AS count
    FROM disclosure d JOIN access_grant g ON g.id = d.grant_id
    WHERE d.tenant_id = ${tenantId}::uuid AND d.grant_id IS NOT NULL AND d.at >= ${since}::timestamptz AND d.outcome = 'done'
      AND (g.request_id IS NULL OR g.request_id <> ALL (${[...sealed]}::uuid[]))
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`;
}

/** Rotations of the next 90 days; overdue ones count for today. */
function due({ tenantId, now, rotationDays }: FiguresReader): Prisma.Sql {
  if (rotationDays === undefined) return Prisma.sql`SELECT '' AS day, 0 AS count WHERE false`;
  return Prisma.sql`SELECT to_char(greatest(k.at, ${now}::timestamptz) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*) AS count
    FROM (SELECT coalesce(activated_at, created_at) + make_interval(days => ${rotationDays}::int) AS at FROM key_version
      WHERE tenant_id = ${tenantId}::uuid AND state = 'active' AND custody = 'managed') k
    WHERE k.at < ${now}::timestamptz + interval '90 days' GROUP BY 1 ORDER BY 1`;
}

/** Returns the figures of requests, openings, keys, alerts and processes, in one statement. */
export async function readFigures(tx: Tx, reader: FiguresReader): Promise<FiguresRow> {
  const { tenantId, now } = reader;
  const today = `${now.toISOString().slice(0, 10)}T00:00:00.000000Z`;
  const list = (query: Prisma.Sql): Prisma.Sql =>
    Prisma.sql`(SELECT coalesce(json_agg(l), '[]'::json) FROM (${query}) l)`;
  const [row] = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT ${list(requests(reader))} AS requests, ${list(openings(reader))} AS openings, ${list(due(reader))} AS due,
      (SELECT count(*) FROM audit_index i WHERE i.tenant_id = ${tenantId}::uuid AND i.at >= ${today}) AS entries_today,
      (SELECT count(*) FROM key_version WHERE tenant_id = ${tenantId}::uuid AND state = 'active') AS active,
      (SELECT count(*) FROM key_rotation WHERE tenant_id = ${tenantId}::uuid AND state = 'running') AS running,
      (SELECT count(*) FROM alert_address WHERE tenant_id = ${tenantId}::uuid AND ended_at IS NULL) AS addresses,
      (SELECT max(epoch) FROM escrow_epoch WHERE tenant_id = ${tenantId}::uuid AND state = 'active') AS epoch,
      ${list(Prisma.sql`SELECT name, at FROM process_heartbeat WHERE tenant_id = ${tenantId}::uuid
        AND at > ${now}::timestamptz - interval '1 hour' ORDER BY name LIMIT 50`)} AS processes, a.*
    FROM (SELECT count(*) AS open, count(*) FILTER (WHERE severity = 'critical') AS critical,
        count(*) FILTER (WHERE acknowledged_at IS NULL) AS unacknowledged
      FROM alert a WHERE ${alertsOf(reader)} AND a.resolved_at IS NULL) a`);
  return Row.parse(row);
}

const Hour = z.object({ hour: z.coerce.date(), entries: Count, p99: z.number() });

/** About so many entries are measured, spread evenly over the day. */
const MEASURED = 5_000;

/** Returns for each hour of the last day how many entries it has and how long they waited, from an even sample. */
export async function readLogHours(
  tx: Tx,
  { tenantId, log, now }: FiguresReader,
): Promise<Figures["log"]["hours"]> {
  const since = new Date(now.getTime() - 24 * 3_600_000).toISOString().replace("Z", "000Z");
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    WITH bounds AS MATERIALIZED (
      SELECT (SELECT l.seq FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id AND l.log = ${log}
          WHERE i.tenant_id = ${tenantId}::uuid AND i.at >= ${since} ORDER BY i.at LIMIT 1) AS first,
        (SELECT size FROM audit_head WHERE log = ${log}) AS size),
    steps AS MATERIALIZED (SELECT first, size, greatest(1, (size - first) / ${MEASURED}::bigint) AS step FROM bounds WHERE first IS NOT NULL)
    SELECT date_trunc('hour', l.integrated_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS hour, count(*) * max(s.step) AS entries,
      percentile_disc(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM l.integrated_at - e.at::timestamptz) * 1000)::float8 AS p99
    FROM steps s CROSS JOIN LATERAL generate_series(s.first, s.size - 1, s.step) AS n(seq)
      JOIN audit_leaf l ON l.log = ${log} AND l.seq = n.seq JOIN audit_entry e ON e.id = l.entry_id
    GROUP BY 1 ORDER BY 1`);
  return z
    .array(Hour)
    .parse(rows)
    .map(({ hour, entries, p99 }) => ({
      hour: hour.toISOString(),
      entries,
      p99_ms: Math.max(0, Math.round(p99)),
    }));
}
