import "server-only";
import { ReviewState } from "@/lib/administration/access-review/schema";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

export interface ReviewRecord {
  readonly id: string;
  readonly state: ReviewState;
  readonly begunAt: Date;
  readonly begunBy: string | null;
  readonly dueAt: Date;
  readonly endedAt: Date | null;
  readonly digest: string | null;
}

const plainJson = (value: unknown) => JSON.parse(JSON.stringify(value));

const REVIEW = {
  id: true,
  state: true,
  begun_at: true,
  begun_by: true,
  due_at: true,
  ended_at: true,
  digest: true,
} as const;
type ReviewColumns = Prisma.access_reviewGetPayload<{ select: typeof REVIEW }>;

function toReview(row: ReviewColumns): ReviewRecord {
  return {
    id: row.id,
    state: ReviewState.parse(row.state),
    begunAt: row.begun_at,
    begunBy: row.begun_by,
    dueAt: row.due_at,
    endedAt: row.ended_at,
    digest: row.digest,
  };
}

export async function insertReview(
  tx: Tx,
  tenantId: string,
  review: Pick<ReviewRecord, "id" | "begunAt" | "begunBy" | "dueAt">,
): Promise<void> {
  const { id, begunAt, begunBy, dueAt } = review;
  await tx.access_review.createMany({
    data: [{ id, tenant_id: tenantId, begun_at: begunAt, begun_by: begunBy, due_at: dueAt }],
  });
}

export async function findReview(tx: Tx, tenantId: string, id: string): Promise<ReviewRecord | undefined> {
  const row = await tx.access_review.findFirst({ where: { id, tenant_id: tenantId }, select: REVIEW });
  return row === null ? undefined : toReview(row);
}

/** Returns the review, locked until the transaction ends: of two acts at once, the second sees what the first did. */
export async function lockReview(tx: Tx, tenantId: string, id: string): Promise<ReviewRecord | undefined> {
  await tx.$queryRaw(Prisma.sql`SELECT id FROM access_review WHERE id = ${id}::uuid FOR UPDATE`);
  return findReview(tx, tenantId, id);
}

/** Returns reviews, newest first. */
export async function listReviewRecords(
  tx: Tx,
  page: { readonly tenantId: string; readonly before: string | undefined; readonly limit: number },
): Promise<ReviewRecord[]> {
  const rows = await tx.access_review.findMany({
    where: { tenant_id: page.tenantId, ...(page.before === undefined ? {} : { id: { lt: page.before } }) },
    orderBy: { id: "desc" },
    take: page.limit,
    select: REVIEW,
  });
  return rows.map(toReview);
}

/** Returns the review that runs now. */
export async function findRunning(tx: Tx, tenantId: string): Promise<ReviewRecord | undefined> {
  const row = await tx.access_review.findFirst({
    where: { tenant_id: tenantId, state: "running" },
    select: REVIEW,
  });
  return row === null ? undefined : toReview(row);
}

/** Returns when the newest review began; without one, when the instance was made. */
export async function findLastBegin(
  tx: Tx,
  tenantId: string,
): Promise<{ readonly at: Date; readonly runs: boolean }> {
  const [last] = await listReviewRecords(tx, { tenantId, before: undefined, limit: 1 });
  if (last !== undefined) return { at: last.begunAt, runs: last.state === "running" };
  const { created_at: at } = await tx.tenant.findUniqueOrThrow({
    where: { id: tenantId },
    select: { created_at: true },
  });
  return { at, runs: false };
}

export async function endReviewRow(
  tx: Tx,
  id: string,
  end: {
    readonly state: Exclude<ReviewState, "running">;
    readonly at: Date;
    readonly result: unknown;
    readonly digest: string;
  },
): Promise<void> {
  await tx.access_review.updateMany({
    where: { id, state: "running" },
    data: { state: end.state, ended_at: end.at, result: plainJson(end.result), digest: end.digest },
  });
}

/** Returns the kept result of an ended review. */
export async function findResult(tx: Tx, tenantId: string, id: string): Promise<unknown> {
  const row = await tx.access_review.findFirst({
    where: { id, tenant_id: tenantId },
    select: { result: true },
  });
  return row?.result;
}
