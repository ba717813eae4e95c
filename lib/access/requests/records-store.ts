import "server-only";
import type { TransactionQuery } from "@/lib/access/requests/schema";
import type { SelectedRecord } from "@/lib/authorities/selector";
import { type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";

const FIND_KNOWN = statement<
  { readonly tenantId: string; readonly ids: readonly string[] },
  { readonly id: string }
>("find-known-transactions")`
  SELECT id FROM transaction WHERE tenant_id = ${({ tenantId }) => tenantId}::uuid
    AND id = ANY (${({ ids }) => ids}::uuid[])`;

/** Returns which of the ids name transactions of this tenant. */
export async function findKnownTransactions(
  { run }: Running,
  tenantId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const rows = await run(FIND_KNOWN, { tenantId, ids });
  return new Set(rows.map((row) => row.id));
}

/** Returns ids that a query names, at most `limit`, oldest first. */
export async function resolveQuery(
  tx: Tx,
  tenantId: string,
  query: TransactionQuery,
  limit: number,
): Promise<string[]> {
  const micros = (text: string): bigint => BigInt(Date.parse(text)) * 1000n;
  const rows = await tx.transaction.findMany({
    where: {
      tenant_id: tenantId,
      ...(query.job_id === undefined ? {} : { job_id: query.job_id }),
      ...(query.participant === undefined ? {} : { participants: { has: query.participant } }),
      created_at_us: {
        ...(query.from === undefined ? {} : { gte: micros(query.from) }),
        ...(query.to === undefined ? {} : { lt: micros(query.to) }),
      },
    },
    select: { id: true },
    orderBy: { id: "asc" },
    take: limit,
  });
  return rows.map((row) => row.id);
}

/** A transaction as a list names it. */
export interface JobRow {
  readonly id: string;
  readonly jobId: string;
  readonly status: string;
}

interface JobColumns {
  readonly id: string;
  readonly job_id: string;
  readonly status: string;
}

interface Ids {
  readonly ids: readonly string[];
}

const LIST_JOBS = statement<Ids, JobColumns>("list-jobs")`
  SELECT id, job_id, status FROM transaction WHERE id = ANY (${({ ids }) => ids}::uuid[])`;

/** Returns job and status of these transactions, in their order. */
export async function listJobs({ run }: Running, ids: readonly string[]): Promise<JobRow[]> {
  const rows = await run(LIST_JOBS, { ids });
  const byId = new Map(rows.map((row) => [row.id, { id: row.id, jobId: row.job_id, status: row.status }]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

export function jobView({ id, jobId, status }: JobRow) {
  return { transaction_id: id, job_id: jobId, status };
}

interface SelectedColumns {
  readonly id: string;
  readonly participants: string[];
  readonly created_at_us: bigint;
}

const FIND_SELECTED = statement<Ids, SelectedColumns>("find-selected-records")`
  SELECT id, participants, created_at_us FROM transaction WHERE id = ANY (${({ ids }) => ids}::uuid[])`;

/**
 * Returns what an order's selector is checked against: the participants of these records, and when they were submitted.
 */
export async function findSelectedRecords(
  { run }: Running,
  ids: readonly string[],
): Promise<SelectedRecord[]> {
  const rows = await run(FIND_SELECTED, { ids });
  return rows.map((row) => ({
    id: row.id,
    participants: row.participants,
    createdAt: new Date(Number(row.created_at_us / 1000n)),
  }));
}
