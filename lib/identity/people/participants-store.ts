import { type Role, Role as RoleColumn } from "@/lib/vocabulary";
import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { likeText } from "@/lib/paging";

/** A participant with the organisation that it is of. */
export interface ParticipantRow {
  readonly id: string;
  readonly organisationId: string;
  readonly kind: "natural" | "legal";
  readonly role: Role;
  readonly state: "active" | "suspended";
  readonly createdAt: Date;
}

const Row = z.object({
  id: z.string(),
  organisation_id: z.string(),
  kind: z.enum(["natural", "legal"]),
  role: RoleColumn,
  state: z.enum(["active", "suspended"]),
  created_at: z.date(),
});

function toParticipant(record: unknown): ParticipantRow {
  const { organisation_id: organisationId, created_at: createdAt, ...row } = Row.parse(record);
  return { ...row, organisationId, createdAt };
}

export async function findParticipant(
  tx: Tx,
  tenantId: string,
  id: string,
): Promise<ParticipantRow | undefined> {
  const row = await tx.participant.findFirst({ where: { id, tenant_id: tenantId } });
  return row === null ? undefined : toParticipant(row);
}

/** Returns whether the participant is a party to any transaction. */
export async function hasRecords(tx: Tx, tenantId: string, id: string): Promise<boolean> {
  const where = { participant_id: id, tenant_id: tenantId };
  return (await tx.transaction_participant.findFirst({ where, select: { transaction_id: true } })) !== null;
}

/** Locks the participant until the database transaction ends. The next count of its people or transactions includes what this one adds. */
export async function lockParticipant(tx: Tx, tenantId: string, id: string): Promise<void> {
  await tx.$queryRaw(Prisma.sql`
    SELECT id FROM participant WHERE id = ${id} AND tenant_id = ${tenantId}::uuid FOR UPDATE`);
}

/** Returns whether a person acts for the participant or did so earlier, in any state. */
export async function hasPeople(tx: Tx, tenantId: string, id: string): Promise<boolean> {
  const where = { participant_id: id, tenant_id: tenantId };
  return (await tx.app_user.findFirst({ where, select: { id: true } })) !== null;
}

/** Returns which of these participants have or had a person, or are a party to a transaction. */
export async function findUsed(
  tx: Tx,
  tenantId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT p.id FROM participant p WHERE p.tenant_id = ${tenantId}::uuid AND p.id = ANY (${[...ids]}::text[])
      AND (EXISTS (SELECT 1 FROM app_user u WHERE u.tenant_id = p.tenant_id AND u.participant_id = p.id)
        OR EXISTS (SELECT 1 FROM transaction_participant t
          WHERE t.tenant_id = p.tenant_id AND t.participant_id = p.id))`);
  return new Set(rows.map(({ id }) => id));
}

/** Returns participants of these roles by id; `after` is the id of the last one shown. */
export async function listParticipantRows(
  tx: Tx,
  page: {
    readonly tenantId: string;
    readonly q: string | undefined;
    readonly state: "active" | "suspended" | undefined;
    readonly after: string | undefined;
    readonly limit: number;
  },
): Promise<Readable<ParticipantRow>[]> {
  const { tenantId, q, state, after, limit } = page;
  const where: Prisma.participantWhereInput = {
    tenant_id: tenantId,
    role: { in: ["client", "miner"] },
    id: {
      ...(after === undefined ? {} : { gt: after }),
      ...(q === undefined ? {} : { contains: likeText(q), mode: "insensitive" }),
    },
    ...(state === undefined ? {} : { state }),
  };
  const rows = await tx.participant.findMany({ where, orderBy: { id: "asc" }, take: limit });
  return readRows(rows, toParticipant);
}

/** Returns the highest number of ids that are made of this beginning and a number; 0 where there is none. */
export async function findHighestNumber(tx: Tx, tenantId: string, begin: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ n: number | null }[]>(Prisma.sql`
    SELECT max(substr(id, ${begin.length + 1}::int)::int) AS n FROM participant
    WHERE tenant_id = ${tenantId}::uuid AND starts_with(id, ${begin})
      AND substr(id, ${begin.length + 1}::int) ~ '^[0-9]{1,9}$'`);
  return row?.n ?? 0;
}

/** Sets the state of a participant that is in the other one. */
export async function updateParticipantState(
  tx: Tx,
  id: string,
  to: ParticipantRow["state"],
): Promise<boolean> {
  const { count } = await tx.participant.updateMany({
    where: { id, state: { not: to } },
    data: { state: to },
  });
  return count === 1;
}
