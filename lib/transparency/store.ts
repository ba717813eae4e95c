import "server-only";
import { z } from "zod";
import { NoticeInstrument } from "@/lib/access/notices/schema";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { Figures, type TransparencyReport } from "@/lib/transparency/schema";
import { type Counted, OUTCOMES, type Outcome } from "@/lib/transparency/suppress";

interface Span {
  readonly from: Date;
  readonly to: Date;
}

const Row = z.object({
  kind: NoticeInstrument,
  what: z.enum([...OUTCOMES, "overdue", "disclosures"]),
  n: z.int(),
});

/**
 * Returns the counts of a quarter, by instrument. An answer counts once, in its quarter. Sealed acts count in the
 * quarter in which the seal ended, as if they had happened then. The rest of a partial answer belongs to the first
 * request.
 */
export async function countQuarter(
  tx: Tx,
  tenantId: string,
  { from, to }: Span,
): Promise<Map<NoticeInstrument, Counted>> {
  const rows = z.array(Row).parse(
    await tx.$queryRaw<unknown[]>(Prisma.sql`
    WITH asked AS (
      SELECT r.id, coalesce(a.kind, 'none') AS kind, a.sealed_until AS seal
      FROM access_request r LEFT JOIN legal_authorization a ON a.request_id = r.id AND a.record_digest = r.authorization_digest
      WHERE r.tenant_id = ${tenantId}::uuid AND r.digest IS NOT NULL),
    first AS (
      SELECT DISTINCT ON (e.request_id, e.to_state = 'overdue') e.request_id, e.to_state, e.at
      FROM request_event e JOIN access_request r ON r.id = e.request_id AND r.continues_id IS NULL
      WHERE e.tenant_id = ${tenantId}::uuid
        AND e.to_state IN ('approved', 'denied', 'withdrawn', 'expired_unreviewed', 'overdue')
      ORDER BY e.request_id, e.to_state = 'overdue', e.at, e.id),
    counted AS (
      SELECT a.kind, a.seal, f.at, CASE f.to_state WHEN 'overdue' THEN 'overdue' WHEN 'denied' THEN 'denied'
        WHEN 'withdrawn' THEN 'withdrawn' WHEN 'expired_unreviewed' THEN 'lapsed'
        ELSE CASE WHEN EXISTS (SELECT 1 FROM decision d WHERE d.request_id = a.id AND d.decision = 'approve' AND d.narrowed)
          THEN 'narrowed' ELSE 'granted' END END AS what
      FROM first f JOIN asked a ON a.id = f.request_id
      UNION ALL
      SELECT a.kind, a.seal, d.at, 'disclosures' FROM disclosure d JOIN access_grant g ON g.id = d.grant_id
        JOIN asked a ON a.id = g.request_id WHERE d.outcome = 'done')
    SELECT kind, what, count(*)::int AS n FROM counted
    WHERE greatest(at, coalesce(seal, at)) >= ${from} AND greatest(at, coalesce(seal, at)) < ${to}
    GROUP BY kind, what`),
  );
  const found = (kind: NoticeInstrument, what: Outcome | "overdue" | "disclosures"): number =>
    rows.find((row) => row.kind === kind && row.what === what)?.n ?? 0;
  return new Map(
    NoticeInstrument.options.map((kind) => [
      kind,
      {
        outcomes: {
          granted: found(kind, "granted"),
          narrowed: found(kind, "narrowed"),
          denied: found(kind, "denied"),
          withdrawn: found(kind, "withdrawn"),
          lapsed: found(kind, "lapsed"),
        },
        overdue: found(kind, "overdue"),
        disclosures: found(kind, "disclosures"),
      },
    ]),
  );
}

/** Break-glass uses that the custodian accepted. */
export async function countBreakGlass(tx: Tx, tenantId: string, { from, to }: Span): Promise<number> {
  const rows = await tx.$queryRaw<{ n: number }[]>(Prisma.sql`
    SELECT count(*)::int AS n FROM break_glass e JOIN access_grant g ON g.break_glass_id = e.id
    WHERE e.tenant_id = ${tenantId}::uuid AND g.custodian_receipt IS NOT NULL
      AND e.began_at >= ${from} AND e.began_at < ${to}`);
  return rows[0]?.n ?? 0;
}

/**
 * Returns when the instance began. If the first request decided the first quarter, it would show that there was one,
 * sealed or not.
 */
export async function findBeginning(tx: Tx, tenantId: string): Promise<Date> {
  return (await tx.tenant.findUniqueOrThrow({ where: { id: tenantId }, select: { created_at: true } }))
    .created_at;
}

export interface ReportRow extends TransparencyReport {
  readonly id: string;
  readonly tenantId: string;
}

/** Returns false if the quarter was published meanwhile: the first publication counts. */
export async function insertReport(tx: Tx, row: ReportRow): Promise<boolean> {
  const { count } = await tx.transparency_report.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        quarter: row.quarter,
        figures: JSON.parse(JSON.stringify(row.figures)),
        digest: row.digest,
        at: new Date(row.published_at),
      },
    ],
    skipDuplicates: true,
  });
  return count === 1;
}

/** Returns published quarters, newest first. */
export async function listReports(tx: Tx, tenantId: string): Promise<TransparencyReport[]> {
  const rows = await tx.transparency_report.findMany({
    where: { tenant_id: tenantId },
    orderBy: { quarter: "desc" },
  });
  return rows.map(({ quarter, at, digest, figures }) => ({
    quarter,
    published_at: at.toISOString(),
    digest,
    figures: Figures.parse(figures),
  }));
}
