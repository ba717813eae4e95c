import "server-only";
import type { Prisma } from "@/lib/db/generated/client";
import { type Run, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import {
  HOLDER_COLUMNS,
  HOLDER_TABLES,
  type Holder,
  type HolderRow,
  toHolder,
} from "@/lib/identity/people/holders-store";
import { Scope } from "@/lib/vocabulary";

/** A key with the facts about its holder that authentication checks. */
export interface StoredApiKey {
  readonly id: string;
  readonly prefix: string;
  readonly secretHash: Uint8Array;
  /** Ed25519 public key, base64url, of an API key whose calls are signed. */
  readonly signingKey: string | null;
  readonly scopes: readonly Scope[];
  readonly addresses: readonly string[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly holder: Holder;
}

interface KeyRow extends HolderRow {
  id: string;
  prefix: string;
  secret_hash: Uint8Array;
  signing_key: string | null;
  scopes: string[];
  addresses: string[];
  expires_at: Date | null;
  revoked_at: Date | null;
}

function toStoredKey(row: KeyRow): StoredApiKey {
  return {
    id: row.id,
    prefix: row.prefix,
    secretHash: row.secret_hash,
    signingKey: row.signing_key,
    scopes: row.scopes.map((scope) => Scope.parse(scope)),
    addresses: row.addresses,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    holder: toHolder(row),
  };
}

const FIND_API_KEY = statement<{ readonly tenantId: string; readonly prefix: string }, KeyRow>(
  "find-api-key",
)`
  SELECT k.id, k.prefix, k.secret_hash, k.signing_key, k.scopes, k.addresses, k.expires_at, k.revoked_at,
         ${HOLDER_COLUMNS}
  FROM api_key k
  JOIN app_user u ON u.id = k.user_id AND u.tenant_id = k.tenant_id
  ${HOLDER_TABLES}
  WHERE k.prefix = ${({ prefix }) => prefix} AND k.tenant_id = ${({ tenantId }) => tenantId}::uuid`;

/** Returns the key with this prefix in this tenant, and its holder, in one statement. */
export async function findApiKey(
  run: Run,
  tenantId: string,
  prefix: string,
): Promise<StoredApiKey | undefined> {
  const [row] = await run(FIND_API_KEY, { tenantId, prefix });
  return row === undefined ? undefined : toStoredKey(row);
}

const touchedAt = ({ at }: { readonly at: Date }) => at;
const TOUCH_API_KEY = statement<{ readonly keyId: string; readonly at: Date }, never>("touch-api-key")`
  UPDATE api_key SET last_used_at = ${touchedAt}
  WHERE id = ${({ keyId }) => keyId}::uuid
    AND (last_used_at IS NULL OR last_used_at < ${touchedAt}::timestamptz - interval '1 minute')`;

/** Stores the last use, unless another process did within the minute. This is not an act, so it has no entry. */
export async function touchApiKey(run: Run, keyId: string, at: Date): Promise<void> {
  await run(TOUCH_API_KEY, { keyId, at });
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

export async function findOrganisationName(tx: Tx, id: string): Promise<string | undefined> {
  const row = await tx.organisation.findUnique({ where: { id }, select: { name: true } });
  return row?.name;
}

export type UserState = "active" | "suspended" | "left";

/** Sets a person's state; returns false if they are not in one of the states before it. */
export async function updateUserState(
  tx: Tx,
  id: string,
  change: {
    readonly from: readonly UserState[];
    readonly to: UserState;
    readonly reason: string;
    readonly at: Date;
  },
): Promise<boolean> {
  const { count } = await tx.app_user.updateMany({
    where: { id, state: { in: [...change.from] } },
    data: { state: change.to, state_reason: change.reason, state_at: change.at, leaves_on: null },
  });
  return count === 1;
}

/** Returns a person's own state, whatever the state of their organisation. */
export async function findUserState(tx: Tx, id: string): Promise<string> {
  return (await tx.app_user.findUniqueOrThrow({ where: { id }, select: { state: true } })).state;
}
