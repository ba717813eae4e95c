import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import type { Place } from "@/lib/transactions/read/cursor";
import { type TransactionRow, toTransactionRow } from "@/lib/transactions/rows";
import { TRANSACTION_COLUMNS } from "@/lib/transactions/store";

export interface ListFilter {
  readonly tenantId: string;
  /** Only this participant's transactions; absent for staff. */
  readonly own: string | undefined;
  readonly participant: string | undefined;
  readonly jobId: string | undefined;
  readonly status: string | undefined;
  readonly fromMicros: bigint | undefined;
  readonly toMicros: bigint | undefined;
  readonly after: Place | undefined;
  readonly limit: number;
}

function partyIs(participant: string): Prisma.Sql {
  return Prisma.sql`EXISTS (SELECT 1 FROM transaction_participant p
    WHERE p.transaction_id = t.id AND p.participant_id = ${participant})`;
}

function conditions(filter: ListFilter): Prisma.Sql[] {
  const { own, participant, jobId, status, fromMicros, toMicros, after } = filter;
  return [
    Prisma.sql`t.tenant_id = ${filter.tenantId}::uuid`,
    ...(own === undefined ? [] : [partyIs(own)]),
    ...(participant === undefined ? [] : [partyIs(participant)]),
    ...(jobId === undefined ? [] : [Prisma.sql`t.job_id = ${jobId}`]),
    ...(status === undefined ? [] : [Prisma.sql`t.status = ${status}`]),
    ...(fromMicros === undefined ? [] : [Prisma.sql`t.created_at_us >= ${fromMicros}`]),
    ...(toMicros === undefined ? [] : [Prisma.sql`t.created_at_us < ${toMicros}`]),
    ...(after === undefined
      ? []
      : [Prisma.sql`(t.created_at_us, t.id) < (${after.micros}, ${after.id}::uuid)`]),
  ];
}

/** Returns one page, newest first. */
export async function listTransactionRows(tx: Tx, filter: ListFilter): Promise<Readable<TransactionRow>[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT ${TRANSACTION_COLUMNS} FROM transaction t
    WHERE ${Prisma.join(conditions(filter), " AND ")}
    ORDER BY t.created_at_us DESC, t.id DESC LIMIT ${filter.limit}`);
  return readRows(rows, toTransactionRow);
}
