import "server-only";
import { z } from "zod";
import { AgreementKindName, AgreementState, Facts } from "@/lib/administration/agreements/schema";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";

export interface AgreementRow {
  readonly id: string;
  readonly kind: AgreementKindName;
  readonly subjectId: string;
  readonly concerns: string | undefined;
  readonly before: Facts;
  readonly after: Facts;
  readonly reason: string;
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly expiresAt: Date;
  readonly state: AgreementState;
  readonly decidedBy: string | undefined;
  readonly decidedAt: Date | undefined;
  readonly decisionReason: string | undefined;
}

const Row = z.object({
  id: z.string(),
  kind: AgreementKindName,
  subject_id: z.string(),
  concerns: z.string().nullable(),
  before: Facts,
  after: Facts,
  reason: z.string(),
  asked_by: z.string(),
  asked_at: z.date(),
  expires_at: z.date(),
  state: AgreementState,
  decided_by: z.string().nullable(),
  decided_at: z.date().nullable(),
  decision_reason: z.string().nullable(),
});

function toAgreement(record: unknown): AgreementRow {
  const row = Row.parse(record);
  return {
    id: row.id,
    kind: row.kind,
    subjectId: row.subject_id,
    concerns: row.concerns ?? undefined,
    before: row.before,
    after: row.after,
    reason: row.reason,
    askedBy: row.asked_by,
    askedAt: row.asked_at,
    expiresAt: row.expires_at,
    state: row.state,
    decidedBy: row.decided_by ?? undefined,
    decidedAt: row.decided_at ?? undefined,
    decisionReason: row.decision_reason ?? undefined,
  };
}

const plainJson = (value: unknown) => JSON.parse(JSON.stringify(value));

export async function insertAgreement(
  tx: Tx,
  tenantId: string,
  row: Pick<
    AgreementRow,
    | "id"
    | "kind"
    | "subjectId"
    | "concerns"
    | "before"
    | "after"
    | "reason"
    | "askedBy"
    | "askedAt"
    | "expiresAt"
  >,
): Promise<void> {
  await tx.agreement.createMany({
    data: [
      {
        id: row.id,
        tenant_id: tenantId,
        kind: row.kind,
        subject_id: row.subjectId,
        concerns: row.concerns ?? null,
        before: plainJson(row.before),
        after: plainJson(row.after),
        reason: row.reason,
        asked_by: row.askedBy,
        asked_at: row.askedAt,
        expires_at: row.expiresAt,
      },
    ],
  });
}

export async function findAgreement(tx: Tx, tenantId: string, id: string): Promise<AgreementRow | undefined> {
  const row = await tx.agreement.findFirst({ where: { id, tenant_id: tenantId } });
  return row === null ? undefined : toAgreement(row);
}

/** Returns the agreement, locked until the transaction ends: of two people at once, the second finds it ended. */
export async function lockAgreement(tx: Tx, tenantId: string, id: string): Promise<AgreementRow | undefined> {
  await tx.$queryRaw(Prisma.sql`SELECT id FROM agreement WHERE id = ${id}::uuid FOR UPDATE`);
  return findAgreement(tx, tenantId, id);
}

export async function endAgreement(
  tx: Tx,
  id: string,
  end: {
    readonly state: Exclude<AgreementState, "open">;
    readonly by: string | undefined;
    readonly at: Date;
    readonly reason: string | undefined;
  },
): Promise<void> {
  await tx.agreement.updateMany({
    where: { id, state: "open" },
    data: {
      state: end.state,
      decided_by: end.by ?? null,
      decided_at: end.at,
      decision_reason: end.reason ?? null,
    },
  });
}

/** Which agreements a list shows. `notBy` leaves out those that the person asked for, or that are about them. */
export interface AgreementFilter {
  readonly tenantId: string;
  readonly state?: "open" | "ended";
  readonly by?: string;
  readonly notBy?: string;
  readonly subjectId?: string;
  /** Open ones whose time is over at this moment count as ended. */
  readonly now: Date;
}

function whereOf({
  tenantId,
  state,
  by,
  notBy,
  subjectId,
  now,
}: AgreementFilter): Prisma.agreementWhereInput {
  const open = { state: "open", expires_at: { gt: now } };
  return {
    tenant_id: tenantId,
    ...(state === "open" ? open : {}),
    ...(state === "ended" ? { NOT: open } : {}),
    ...(by === undefined ? {} : { asked_by: by }),
    ...(notBy === undefined
      ? {}
      : { asked_by: { not: notBy }, OR: [{ concerns: null }, { concerns: { not: notBy } }] }),
    ...(subjectId === undefined ? {} : { subject_id: subjectId }),
  };
}

/** Returns agreements, newest first. */
export async function listAgreementRows(
  tx: Tx,
  filter: AgreementFilter & { readonly after?: string | undefined; readonly limit: number },
): Promise<Readable<AgreementRow>[]> {
  const rows = await tx.agreement.findMany({
    where: { AND: [whereOf(filter), filter.after === undefined ? {} : { id: { lt: filter.after } }] },
    orderBy: { id: "desc" },
    take: filter.limit,
  });
  return readRows(rows, toAgreement);
}

export function countAgreements(tx: Tx, filter: AgreementFilter): Promise<number> {
  return tx.agreement.count({ where: whereOf(filter) });
}

/** Returns open agreements whose time is over, oldest first. */
export async function listExpired(
  tx: Tx,
  which: { readonly tenantId: string; readonly now: Date; readonly limit: number },
): Promise<string[]> {
  const rows = await tx.agreement.findMany({
    where: { tenant_id: which.tenantId, state: "open", expires_at: { lte: which.now } },
    orderBy: { expires_at: "asc" },
    take: which.limit,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

/** Returns ids of open agreements that change this subject or that this person asked for. */
export async function listOpenOf(
  tx: Tx,
  which: { readonly tenantId: string; readonly subjectId?: string; readonly askedBy?: string },
): Promise<{ readonly id: string; readonly kind: AgreementKindName }[]> {
  const rows = await tx.agreement.findMany({
    where: {
      tenant_id: which.tenantId,
      state: "open",
      ...(which.subjectId === undefined ? {} : { subject_id: which.subjectId }),
      ...(which.askedBy === undefined ? {} : { asked_by: which.askedBy }),
    },
    orderBy: { id: "asc" },
    select: { id: true, kind: true },
  });
  return rows.flatMap(({ id, kind }) => {
    const known = AgreementKindName.safeParse(kind);
    return known.success ? [{ id, kind: known.data }] : [];
  });
}

/** Whether an open invitation names this mailbox in any spelling. */
export async function hasInvitationFor(tx: Tx, tenantId: string, email: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`SELECT 1 FROM agreement a
    WHERE a.tenant_id = ${tenantId}::uuid AND a.kind = 'invitation' AND a.state = 'open'
      AND email_identity(a.after ->> 'email') = email_identity(${email}) LIMIT 1`);
  return rows.length > 0;
}

/** Returns open agreements about these subjects whose time is not over, by subject. */
export async function listOpenAbout(
  tx: Tx,
  which: { readonly tenantId: string; readonly now: Date },
  subjectIds: readonly string[],
): Promise<Map<string, { readonly id: string; readonly kind: string }[]>> {
  const rows = await tx.agreement.findMany({
    where: {
      tenant_id: which.tenantId,
      state: "open",
      expires_at: { gt: which.now },
      subject_id: { in: [...subjectIds] },
    },
    orderBy: { id: "asc" },
    select: { id: true, kind: true, subject_id: true },
  });
  const about = new Map<string, { readonly id: string; readonly kind: string }[]>();
  for (const { id, kind, subject_id } of rows)
    about.set(subject_id, [...(about.get(subject_id) ?? []), { id, kind }]);
  return about;
}
