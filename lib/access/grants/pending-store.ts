import "server-only";
import { z } from "zod";
import type { AuditContext, Context } from "@/lib/context/context";
import { type Running, statement } from "@/lib/db/statement";
import type { DbContext, Tx } from "@/lib/db/transaction";

/** What the custodian calls need: a person's act makes them first, and the portal repeats them until they succeed. */
export type CustodyContext = DbContext & AuditContext & Pick<Context, "escrow" | "policies">;

/** Work with the custodian that must be done even if it is away now. */
const Kind = z.enum(["grant.activate", "grant.revoke", "dispute.end", "co-viewer.end"]);

/** Work that waits, and how many attempts failed. */
export interface WaitingWork extends PendingWork {
  readonly attempts: number;
}

export interface PendingWork {
  readonly kind: z.infer<typeof Kind>;
  /** Id of the grant, of the dispute that has ended, or of a co-viewer's end. */
  readonly subject: string;
}

type NewWork = PendingWork & { readonly id: string; readonly tenantId: string };

const INSERT = statement<NewWork, never>("insert-pending")`
  INSERT INTO job (id, tenant_id, kind, subject) VALUES (${({ id }) => id}::uuid, ${({ tenantId }) => tenantId}::uuid,
    ${({ kind }) => kind}, ${({ subject }) => subject}) ON CONFLICT DO NOTHING`;

export async function insertPending({ run }: Running, work: NewWork): Promise<void> {
  await run(INSERT, work);
}

export async function finishPending(tx: Tx, work: PendingWork, at: Date): Promise<void> {
  await tx.job.updateMany({
    where: { kind: work.kind, subject: work.subject, state: "waiting" },
    data: { state: "done", finished_at: at, attempts: { increment: 1 } },
  });
}

/**
 * Marks work that the custodian refuses for good. The portal does not retry it automatically. It is an alarm
 * (lib/http/health/read-health) until the custodian has accepted it, or the grant has ended there too.
 */
export async function refusePending(tx: Tx, work: PendingWork, at: Date): Promise<void> {
  await tx.job.updateMany({
    where: { kind: work.kind, subject: work.subject, state: "waiting" },
    data: { state: "refused", finished_at: at, attempts: { increment: 1 } },
  });
}

/** Whether the custodian has refused this for good and not accepted it since. */
export async function isRefusedWork(tx: Tx, work: PendingWork): Promise<boolean> {
  const count = await tx.job.count({ where: { kind: work.kind, subject: work.subject, state: "refused" } });
  return count > 0;
}

/** Queues refused work again, since there is something new to send. */
export async function renewPending(tx: Tx, work: PendingWork, at: Date): Promise<void> {
  await tx.job.updateMany({
    where: { kind: work.kind, subject: work.subject, state: "refused" },
    data: { state: "waiting", finished_at: null, attempts: 0, run_after: at },
  });
}

/** A failed attempt is retried after `until`. */
export async function postponePending(tx: Tx, work: PendingWork, until: Date): Promise<void> {
  await tx.job.updateMany({
    where: { kind: work.kind, subject: work.subject, state: "waiting" },
    data: { run_after: until, attempts: { increment: 1 } },
  });
}

export async function listPending(
  tx: Tx,
  due: { readonly tenantId: string; readonly at: Date; readonly limit: number },
): Promise<WaitingWork[]> {
  const rows = await tx.job.findMany({
    where: {
      tenant_id: due.tenantId,
      kind: { in: [...Kind.options] },
      state: "waiting",
      run_after: { lte: due.at },
    },
    orderBy: { created_at: "asc" },
    take: due.limit,
    select: { kind: true, subject: true, attempts: true },
  });
  return rows.map((row) => ({ kind: Kind.parse(row.kind), subject: row.subject, attempts: row.attempts }));
}
