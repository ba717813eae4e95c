import "server-only";
import type { Principal } from "@/lib/context/principal";
import { Prisma } from "@/lib/db/generated/client";
import { type DbContext, inTransaction, type Tx } from "@/lib/db/transaction";
import { Duty, Role } from "@/lib/vocabulary";

/** The facts about a person that decide whether their credential may be used. */
export interface Holder {
  readonly userId: string;
  readonly handle: string;
  readonly name: string;
  readonly pseudonym: string;
  readonly tenantId: string;
  readonly organisationId: string;
  readonly participantId: string | null;
  readonly role: Role;
  readonly duties: readonly Duty[];
  /** The person, their organisation and their participant are all active. */
  readonly isActive: boolean;
}

export interface HolderRow {
  user_id: string;
  handle: string;
  name: string;
  pseudonym: string;
  tenant_id: string;
  organisation_id: string;
  participant_id: string | null;
  role: string;
  is_active: boolean;
  duties: string[];
}

/** Columns of a holder, for a query that joins HOLDER_TABLES. */
export const HOLDER_COLUMNS = Prisma.sql`
  u.id AS user_id, u.handle, u.name, u.pseudonym, u.tenant_id, u.organisation_id, u.participant_id, u.role,
  u.state = 'active' AND o.state = 'active' AND coalesce(p.state, 'active') = 'active' AS is_active,
  ARRAY(SELECT d.duty FROM duty d WHERE d.user_id = u.id ORDER BY d.duty) AS duties`;

/** Tables joined to a user `u`. */
export const HOLDER_TABLES = Prisma.sql`
  JOIN organisation o ON o.id = u.organisation_id
  LEFT JOIN participant p ON p.id = u.participant_id`;

export function toHolder(row: HolderRow): Holder {
  return {
    userId: row.user_id,
    handle: row.handle,
    name: row.name,
    pseudonym: row.pseudonym,
    tenantId: row.tenant_id,
    organisationId: row.organisation_id,
    participantId: row.participant_id,
    role: Role.parse(row.role),
    duties: row.duties.map((duty) => Duty.parse(duty)),
    isActive: row.is_active,
  };
}

/** Returns a person of the tenant in their current state, active or not. */
export async function findHolder(tx: Tx, tenantId: string, userId: string): Promise<Holder | undefined> {
  const [row] = await tx.$queryRaw<HolderRow[]>(Prisma.sql`
    SELECT ${HOLDER_COLUMNS} FROM app_user u ${HOLDER_TABLES}
    WHERE u.id = ${userId}::uuid AND u.tenant_id = ${tenantId}::uuid`);
  return row === undefined ? undefined : toHolder(row);
}

/**
 * Returns a person's current role, duties and organisation, for work done on their behalf while they are away. Returns
 * undefined once the person or their organisation is not active.
 */
export async function findReaderById(
  cx: DbContext,
  userId: string,
): Promise<Pick<Principal, "role" | "duties" | "organisationId" | "userId"> | undefined> {
  const holder = await inTransaction(cx, (tx) => findHolder(tx, cx.instance.tenantId, userId));
  if (holder === undefined || !holder.isActive) return undefined;
  const { role, duties, organisationId } = holder;
  return { role, duties, organisationId, userId };
}
