import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { JobReport, REPORT_PREFIX } from "@/lib/jobs/job-report";
import { WorkKind } from "./schema";

const Reported = z.object({ jobs: z.array(JobReport) });

/** Reports of the portals that run now. A row of another form is left out: it is shown to people, nothing rests on it. */
export async function listReports(tx: Tx, tenantId: string, since: Date): Promise<JobReport[][]> {
  const rows = await tx.process_heartbeat.findMany({
    where: { tenant_id: tenantId, name: { startsWith: REPORT_PREFIX }, at: { gte: since } },
    select: { details: true },
  });
  return rows.flatMap(({ details }) => {
    const found = Reported.safeParse(details);
    return found.success ? [found.data.jobs] : [];
  });
}

const Count = z.coerce.number().int().min(0);
const QueueRow = z.object({
  kind: WorkKind,
  waiting: Count,
  running: Count,
  dead: Count,
  oldest_at: z.date().nullable(),
});

const EXPORTS = Prisma.sql`SELECT 'export' AS kind, id, started_at AS at, finished_at AS ended_at, attempt AS attempts,
    CASE state WHEN 'queued' THEN 'waiting' WHEN 'running' THEN 'running' ELSE 'dead' END AS state
  FROM audit_export WHERE kind = 'job'`;
const MESSAGES = Prisma.sql`SELECT channel AS kind, id, at, ended_at, attempts,
    CASE WHEN status = 'failed' THEN 'dead' WHEN lease_until IS NULL THEN 'waiting' ELSE 'running' END AS state
  FROM notify_delivery`;

/** Exports and messages in one form. Each state has its own partial index, so finished work is not read. */
const OPEN = (tenantId: string) => Prisma.sql`
  ${EXPORTS} AND tenant_id = ${tenantId}::uuid AND state IN ('queued', 'running') UNION ALL
  ${MESSAGES} WHERE tenant_id = ${tenantId}::uuid AND status = 'waiting'`;
const DEAD = (tenantId: string) => Prisma.sql`
  ${EXPORTS} AND tenant_id = ${tenantId}::uuid AND state = 'failed' UNION ALL
  ${MESSAGES} WHERE tenant_id = ${tenantId}::uuid AND status = 'failed'`;

export async function countWork(tx: Tx, tenantId: string): Promise<z.infer<typeof QueueRow>[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT kind, count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'running') AS running,
      count(*) FILTER (WHERE state = 'dead') AS dead, min(at) FILTER (WHERE state <> 'dead') AS oldest_at
    FROM (${OPEN(tenantId)} UNION ALL ${DEAD(tenantId)}) w GROUP BY kind`);
  return z.array(QueueRow).parse(rows);
}

const DeadRow = z.object({
  kind: WorkKind,
  id: z.string(),
  at: z.date(),
  ended_at: z.date().nullable(),
  attempts: z.number(),
});

export async function listDead(tx: Tx, tenantId: string, limit: number): Promise<z.infer<typeof DeadRow>[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT kind, id::text, at, ended_at, attempts FROM (${DEAD(tenantId)}) w
    ORDER BY coalesce(ended_at, at) DESC, id LIMIT ${limit}`);
  return z.array(DeadRow).parse(rows);
}

/** Returns a failed export to the queue with attempts of its own. False if there is no such export. */
export async function retryExport(tx: Tx, tenantId: string, id: string): Promise<boolean> {
  const changed = await tx.$executeRaw(Prisma.sql`
    UPDATE audit_export SET state = 'queued', earlier = attempt, finished_at = NULL, lease_until = NULL
    WHERE id = ${id}::uuid AND tenant_id = ${tenantId}::uuid AND kind = 'job' AND state = 'failed' AND attempt < 90`);
  return changed === 1;
}

/** Queues a failed message again. False if there is no such message, or its webhook was disabled. */
export async function retryMessage(
  tx: Tx,
  tenantId: string,
  { id, isMail, now }: { readonly id: string; readonly isMail: boolean; readonly now: Date },
): Promise<boolean> {
  const changed = await tx.$executeRaw(Prisma.sql`
    UPDATE notify_delivery d SET status = 'waiting', earlier = attempts, next_at = ${now}, lease_until = NULL, ended_at = NULL
    WHERE d.id = ${id}::uuid AND d.tenant_id = ${tenantId}::uuid AND d.status = 'failed' AND d.attempts < 90
      AND (d.webhook_id IS NULL) = ${isMail}
      AND (d.webhook_id IS NULL OR EXISTS (SELECT FROM webhook h WHERE h.id = d.webhook_id AND h.state = 'active'))`);
  return changed === 1;
}
