import "server-only";
import type { Duty, Role, Scope } from "@/lib/context";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import * as schema from "@/lib/identity/schema";

/** A key with everything about its holder that authentication weighs. */
export interface StoredApiKey {
  readonly id: string;
  readonly prefix: string;
  readonly secretHash: Uint8Array;
  readonly scopes: readonly Scope[];
  readonly addresses: readonly string[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly holder: {
    readonly userId: string;
    readonly handle: string;
    readonly name: string;
    readonly pseudonym: string;
    readonly tenantId: string;
    readonly organisationId: string;
    readonly participantId: string | null;
    readonly role: Role;
    readonly duties: readonly Duty[];
    readonly isActive: boolean;
  };
}

interface KeyRow {
  id: string;
  prefix: string;
  secret_hash: Uint8Array;
  scopes: string[];
  addresses: string[];
  expires_at: Date | null;
  revoked_at: Date | null;
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

function toStoredKey(row: KeyRow): StoredApiKey {
  return {
    id: row.id,
    prefix: row.prefix,
    secretHash: row.secret_hash,
    scopes: row.scopes.map((scope) => schema.Scope.parse(scope)),
    addresses: row.addresses,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    holder: {
      userId: row.user_id,
      handle: row.handle,
      name: row.name,
      pseudonym: row.pseudonym,
      tenantId: row.tenant_id,
      organisationId: row.organisation_id,
      participantId: row.participant_id,
      role: schema.Role.parse(row.role),
      duties: row.duties.map((duty) => schema.Duty.parse(duty)),
      isActive: row.is_active,
    },
  };
}

/** The key with this prefix in this tenant, and its holder: one statement. */
export async function findApiKey(
  tx: Tx,
  tenantId: string,
  prefix: string,
): Promise<StoredApiKey | undefined> {
  const rows = await tx.$queryRaw<KeyRow[]>(Prisma.sql`
    SELECT k.id, k.prefix, k.secret_hash, k.scopes, k.addresses, k.expires_at, k.revoked_at,
           u.id AS user_id, u.handle, u.name, u.pseudonym, u.tenant_id, u.organisation_id, u.participant_id, u.role,
           u.state = 'active' AND o.state = 'active' AND coalesce(p.state, 'active') = 'active' AS is_active,
           ARRAY(SELECT d.duty FROM duty d WHERE d.user_id = u.id ORDER BY d.duty) AS duties
    FROM api_key k
    JOIN app_user u ON u.id = k.user_id AND u.tenant_id = k.tenant_id
    JOIN organisation o ON o.id = u.organisation_id
    LEFT JOIN participant p ON p.id = u.participant_id
    WHERE k.prefix = ${prefix} AND k.tenant_id = ${tenantId}::uuid`);
  const [row] = rows;
  return row === undefined ? undefined : toStoredKey(row);
}

/** Notes the last use, unless another process did within the minute. Not an act of its own: no entry. */
export async function touchApiKey(tx: Tx, keyId: string, at: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE api_key SET last_used_at = ${at}
    WHERE id = ${keyId}::uuid AND (last_used_at IS NULL OR last_used_at < ${at}::timestamptz - interval '1 minute')`;
}

export async function insertOrganisation(tx: Tx, data: Prisma.organisationCreateInput): Promise<void> {
  await tx.organisation.create({ data, select: { id: true } });
}

export async function insertAgency(tx: Tx, data: Prisma.agencyCreateInput): Promise<void> {
  await tx.agency.create({ data, select: { id: true } });
}

export async function insertParticipant(tx: Tx, data: Prisma.participantCreateInput): Promise<void> {
  await tx.participant.create({ data, select: { id: true } });
}

export async function insertUser(tx: Tx, data: Prisma.app_userCreateInput): Promise<void> {
  await tx.app_user.create({ data, select: { id: true } });
}

export async function insertDuties(tx: Tx, data: Prisma.dutyCreateManyInput[]): Promise<void> {
  await tx.duty.createMany({ data });
}

export async function insertMembership(tx: Tx, data: Prisma.membershipCreateInput): Promise<void> {
  await tx.membership.create({ data, select: { user_id: true } });
}

export async function insertCredential(tx: Tx, data: Prisma.credentialCreateInput): Promise<void> {
  await tx.credential.create({ data, select: { id: true } });
}

export async function insertApiKey(tx: Tx, data: Prisma.api_keyCreateInput): Promise<void> {
  await tx.api_key.create({ data, select: { id: true } });
}

export async function countUsers(tx: Tx): Promise<number> {
  return tx.app_user.count();
}

export async function findTenant(
  tx: Tx,
  id: string,
): Promise<{ pseudonym: string; log: string } | undefined> {
  const row = await tx.tenant.findUnique({ where: { id }, select: { pseudonym: true, log_origin: true } });
  return row === null ? undefined : { pseudonym: row.pseudonym, log: row.log_origin };
}

export async function insertTenant(tx: Tx, data: Prisma.tenantCreateInput): Promise<void> {
  await tx.tenant.create({ data, select: { id: true } });
}
