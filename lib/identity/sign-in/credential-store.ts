import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import {
  HOLDER_COLUMNS,
  HOLDER_TABLES,
  type Holder,
  type HolderRow,
  toHolder,
} from "@/lib/identity/people/holders-store";
import type { TotpSteps } from "@/lib/identity/sign-in/totp";

export interface StoredTotp {
  readonly id: string;
  readonly sealed: Uint8Array;
  /** Newest step whose code was used. */
  readonly lastStep: number | null;
  readonly createdAt: Date;
}

export interface StoredPasskey {
  readonly id: string;
  /** The authenticator's id of it, base64url. */
  readonly credentialId: string;
  /** COSE_Key. */
  readonly publicKey: Uint8Array;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly label: string;
  readonly createdAt: Date;
  readonly usedAt: Date | null;
}

/** A subject at the organisation's identity provider who is this person. */
export interface StoredLink {
  readonly id: string;
  /** As `linkId` makes it. */
  readonly externalId: string;
  readonly createdAt: Date;
}

/** A person with all their current factors. */
export interface Account {
  readonly holder: Holder;
  readonly email: string;
  readonly passwordHash: string | undefined;
  readonly totp: StoredTotp | undefined;
  readonly passkeys: readonly StoredPasskey[];
  readonly link: StoredLink | undefined;
  /** Unused recovery codes. */
  readonly recovery: readonly { readonly id: string; readonly hash: string }[];
}

interface AccountRow extends HolderRow {
  email: string;
}

const CREDENTIAL = {
  id: true,
  kind: true,
  secret_hash: true,
  sealed: true,
  public_key: true,
  external_id: true,
  counter: true,
  last_step: true,
  label: true,
  transports: true,
  created_at: true,
  used_at: true,
} as const;

type CredentialRow = Prisma.credentialGetPayload<{ select: typeof CREDENTIAL }>;

function toPasskey(row: CredentialRow): StoredPasskey[] {
  if (row.kind !== "passkey" || row.external_id === null || row.public_key === null) return [];
  return [
    {
      id: row.id,
      credentialId: row.external_id,
      publicKey: row.public_key,
      counter: Number(row.counter),
      transports: row.transports,
      label: row.label ?? "",
      createdAt: row.created_at,
      usedAt: row.used_at,
    },
  ];
}

function toTotp(row: CredentialRow): StoredTotp[] {
  if (row.kind !== "totp" || row.sealed === null) return [];
  const lastStep = row.last_step === null ? null : Number(row.last_step);
  return [{ id: row.id, sealed: row.sealed, lastStep, createdAt: row.created_at }];
}

function toLink(row: CredentialRow): StoredLink[] {
  if (row.kind !== "oidc" || row.external_id === null) return [];
  return [{ id: row.id, externalId: row.external_id, createdAt: row.created_at }];
}

async function withCredentials(tx: Tx, row: AccountRow | undefined): Promise<Account | undefined> {
  if (row === undefined) return undefined;
  const rows = await tx.credential.findMany({
    where: { user_id: row.user_id, revoked_at: null },
    select: CREDENTIAL,
    orderBy: { created_at: "asc" },
  });
  return {
    holder: toHolder(row),
    email: row.email,
    passwordHash: rows.find(({ kind }) => kind === "password")?.secret_hash ?? undefined,
    totp: rows.flatMap(toTotp)[0],
    passkeys: rows.flatMap(toPasskey),
    link: rows.flatMap(toLink)[0],
    recovery: rows.flatMap(({ id, kind, secret_hash, used_at }) =>
      kind === "recovery" && secret_hash !== null && used_at === null ? [{ id, hash: secret_hash }] : [],
    ),
  };
}

/** Returns the person with this address, in any case. */
export async function findAccountByEmail(
  tx: Tx,
  tenantId: string,
  email: string,
): Promise<Account | undefined> {
  const [row] = await tx.$queryRaw<AccountRow[]>(Prisma.sql`
    SELECT ${HOLDER_COLUMNS}, u.email FROM app_user u ${HOLDER_TABLES}
    WHERE u.folded_email = ${email.toLowerCase()} AND u.tenant_id = ${tenantId}::uuid`);
  return withCredentials(tx, row);
}

export async function findAccount(tx: Tx, tenantId: string, userId: string): Promise<Account | undefined> {
  const [row] = await tx.$queryRaw<AccountRow[]>(Prisma.sql`
    SELECT ${HOLDER_COLUMNS}, u.email FROM app_user u ${HOLDER_TABLES}
    WHERE u.id = ${userId}::uuid AND u.tenant_id = ${tenantId}::uuid`);
  return withCredentials(tx, row);
}

/**
 * Returns the person with all current factors, locked until the transaction ends. So changes of one person's factors
 * run one after the other, each on the result of the one before.
 */
export async function lockAccount(tx: Tx, tenantId: string, userId: string): Promise<Account | undefined> {
  await tx.$queryRaw(Prisma.sql`
    SELECT id FROM app_user WHERE id = ${userId}::uuid AND tenant_id = ${tenantId}::uuid FOR NO KEY UPDATE`);
  return findAccount(tx, tenantId, userId);
}

/**
 * Returns the person with this external id: the credential id of a passkey, or a subject at an identity provider. One
 * that was removed belongs to no one.
 */
export async function findAccountByExternalId(
  tx: Tx,
  tenantId: string,
  kind: "passkey" | "oidc",
  externalId: string,
): Promise<Account | undefined> {
  const [row] = await tx.$queryRaw<AccountRow[]>(Prisma.sql`
    SELECT ${HOLDER_COLUMNS}, u.email FROM credential c
    JOIN app_user u ON u.id = c.user_id AND u.tenant_id = c.tenant_id ${HOLDER_TABLES}
    WHERE c.external_id = ${externalId} AND c.kind = ${kind} AND c.revoked_at IS NULL
      AND c.tenant_id = ${tenantId}::uuid`);
  return withCredentials(tx, row);
}

/**
 * Takes the steps of a TOTP proof, once; returns false if one of them or a later one was already taken. One statement, so
 * only one of two can succeed.
 */
export async function takeTotpSteps(
  tx: Tx,
  id: string,
  { first, last }: TotpSteps,
  at: Date,
): Promise<boolean> {
  const count = await tx.$executeRaw`
    UPDATE credential SET last_step = ${BigInt(last)}, used_at = ${at}
    WHERE id = ${id}::uuid AND revoked_at IS NULL AND (last_step IS NULL OR last_step < ${BigInt(first)})`;
  return count === 1;
}

/** Takes a recovery code, once. */
export async function takeRecoveryCode(tx: Tx, id: string, at: Date): Promise<boolean> {
  const { count } = await tx.credential.updateMany({
    where: { id, kind: "recovery", used_at: null, revoked_at: null },
    data: { used_at: at },
  });
  return count === 1;
}

/** Stores a passkey's use and its counter; returns false if it was removed or its counter is already higher. */
export async function takePasskeyUse(tx: Tx, id: string, counter: number, at: Date): Promise<boolean> {
  const { count } = await tx.credential.updateMany({
    where: {
      id,
      kind: "passkey",
      revoked_at: null,
      ...(counter === 0 ? { counter: 0 } : { counter: { lt: counter } }),
    },
    data: { counter, used_at: at },
  });
  return count === 1;
}

/** Removes factors of a person, one by its id or all of a kind, and returns how many were removed. */
export async function revokeCredentials(
  tx: Tx,
  which: {
    readonly userId: string;
    readonly kind: "totp" | "passkey" | "recovery" | "oidc";
    readonly id?: string;
    readonly at: Date;
  },
): Promise<number> {
  const { count } = await tx.credential.updateMany({
    where: {
      user_id: which.userId,
      kind: which.kind,
      revoked_at: null,
      ...(which.id === undefined ? {} : { id: which.id }),
    },
    data: { revoked_at: which.at },
  });
  return count;
}

/**
 * Returns whether the person's password is still the verified one, and locks it until the transaction ends. A change of
 * the password waits, then finds and ends the session that this transaction opens.
 */
export async function holdPassword(tx: Tx, userId: string, hash: string | undefined): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT id FROM credential
    WHERE user_id = ${userId}::uuid AND kind = 'password' AND revoked_at IS NULL AND secret_hash = ${hash ?? null}
    FOR SHARE`);
  return rows.length === 1;
}

/** Replaces the old password with a new one. */
export async function replacePassword(tx: Tx, userId: string, hash: string, at: Date): Promise<void> {
  await tx.credential.updateMany({
    where: { user_id: userId, kind: "password", revoked_at: null },
    data: { secret_hash: hash, used_at: at },
  });
}
