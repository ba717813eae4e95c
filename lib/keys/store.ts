import "server-only";
import { fromBase64url } from "@/lib/crypto/bytes";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { KeyState } from "@/lib/keys/states";

/** A key version as other modules may see it, without a private part. */
export interface KeyVersion {
  readonly id: string;
  readonly participantId: string;
  readonly version: number;
  readonly kid: string;
  readonly custody: "managed" | "client";
  readonly state: KeyState;
  /** base64url */
  readonly publicKey: string;
  readonly thumbprint: string;
  readonly createdAt: Date;
}

/** The columns read of a version. */
export interface KeyVersionRow {
  id: string;
  participant_id: string;
  version: number;
  custody: string;
  state: string;
  public_key: string;
  thumbprint: string;
  created_at: Date;
}

export const KEY_COLUMNS = Prisma.sql`k.id, k.participant_id, k.version, k.custody, k.state, k.public_key, k.thumbprint, k.created_at`;

export function kidOf(participantId: string, version: number): string {
  return `${participantId}#${version}`;
}

export function toKeyVersion(row: KeyVersionRow): KeyVersion {
  return {
    id: row.id,
    participantId: row.participant_id,
    version: row.version,
    kid: kidOf(row.participant_id, row.version),
    custody: row.custody === "client" ? "client" : "managed",
    state: KeyState.parse(row.state),
    publicKey: row.public_key,
    thumbprint: row.thumbprint,
    createdAt: row.created_at,
  };
}

export interface ActiveKeyRow extends KeyVersion {
  /** Bytes of the registration entry, which vouch for the public key; absent when pruned. */
  readonly registration: Uint8Array | undefined;
  readonly registrationEntryId: string;
  readonly blob: Uint8Array | undefined;
  readonly kek: string | undefined;
  /** The keystore's tag over a client-held key, made when its possession was proven. */
  readonly seal: string | undefined;
}

/** The columns read of an active key `k` and its registration entry `e`. */
export interface ActiveKeyColumns extends KeyVersionRow {
  readonly bytes: Uint8Array | null;
  readonly private_blob: Uint8Array | null;
  readonly kek_id: string | null;
  readonly instance_signature: string | null;
  readonly registration_entry_id: string;
}

export const ACTIVE_KEY_COLUMNS = Prisma.sql`
  ${KEY_COLUMNS}, k.private_blob, k.kek_id, k.instance_signature, k.registration_entry_id, e.bytes`;

export function toActiveKeyRow(row: ActiveKeyColumns): ActiveKeyRow {
  return {
    ...toKeyVersion(row),
    registration: row.bytes ?? undefined,
    registrationEntryId: row.registration_entry_id,
    blob: row.private_blob ?? undefined,
    kek: row.kek_id ?? undefined,
    seal: row.instance_signature ?? undefined,
  };
}

/**
 * Returns active keys of participants, each with its registration entry; with a lock no state can change until commit.
 */
export async function selectActiveKeys(
  tx: Tx,
  participantIds: readonly string[],
  lock: boolean,
): Promise<ActiveKeyRow[]> {
  const rows = await tx.$queryRaw<ActiveKeyColumns[]>(Prisma.sql`
    SELECT ${ACTIVE_KEY_COLUMNS} FROM key_version k LEFT JOIN audit_entry e ON e.id = k.registration_entry_id
    WHERE k.participant_id = ANY (${[...participantIds]}::text[]) AND k.state = 'active'
    ORDER BY k.participant_id ${lock ? Prisma.sql`FOR SHARE OF k` : Prisma.empty}`);
  return rows.map(toActiveKeyRow);
}

/**
 * Locks the participant, so two registrations run one after the other. FOR NO KEY UPDATE does not block writers of rows
 * that refer to it. Returns false if no active participant has this id.
 */
export async function lockParticipant(tx: Tx, participantId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT id FROM participant WHERE id = ${participantId} AND state = 'active' FOR NO KEY UPDATE`);
  return rows.length === 1;
}

export async function findKeyByPublicKey(tx: Tx, publicKey: string): Promise<KeyVersion | undefined> {
  const [row] = await tx.$queryRaw<KeyVersionRow[]>(
    Prisma.sql`SELECT ${KEY_COLUMNS} FROM key_version k WHERE k.public_key = ${publicKey}`,
  );
  return row === undefined ? undefined : toKeyVersion(row);
}

/** Returns a suspended version of a participant. */
export async function findSuspended(tx: Tx, participantId: string): Promise<KeyVersion | undefined> {
  const [row] = await tx.$queryRaw<KeyVersionRow[]>(Prisma.sql`
    SELECT ${KEY_COLUMNS} FROM key_version k
    WHERE k.participant_id = ${participantId} AND k.state = 'suspended' LIMIT 1`);
  return row === undefined ? undefined : toKeyVersion(row);
}

export async function isEscrowPublicKey(tx: Tx, publicKey: string): Promise<boolean> {
  return (await tx.escrow_epoch.count({ where: { public_key: publicKey } })) > 0;
}

export async function highestVersion(tx: Tx, participantId: string): Promise<number> {
  const found = await tx.key_version.aggregate({
    _max: { version: true },
    where: { participant_id: participantId },
  });
  return found._max.version ?? 0;
}

export interface NewKey {
  readonly key: KeyVersion;
  readonly tenantId: string;
  readonly registrationEntryId: string;
}

export interface NewManagedKey extends NewKey {
  readonly blob: Uint8Array;
  readonly kek: string;
}

export async function insertManagedKey(tx: Tx, made: NewManagedKey): Promise<void> {
  await insertKey(tx, made, { private_blob: Uint8Array.from(made.blob), kek_id: made.kek });
}

/** A key whose public key alone is stored here. */
export async function insertClientKey(tx: Tx, made: NewKey): Promise<void> {
  await insertKey(tx, made, {});
}

async function insertKey(
  tx: Tx,
  made: NewKey,
  sealed: Pick<Prisma.key_versionUncheckedCreateInput, "private_blob" | "kek_id">,
): Promise<void> {
  const { key } = made;
  await tx.key_version.create({
    select: { id: true },
    data: {
      id: key.id,
      tenant_id: made.tenantId,
      participant_id: key.participantId,
      version: key.version,
      custody: key.custody,
      state: key.state,
      public_key: key.publicKey,
      ...sealed,
      thumbprint: key.thumbprint,
      registration_entry_id: made.registrationEntryId,
      created_at: key.createdAt,
      state_changed_at: key.createdAt,
      activated_at: key.state === "active" ? key.createdAt : null,
    },
  });
}

/** A key with the number of entries that only it can open, and its registration entry. */
export interface CountedKey extends KeyVersion {
  readonly remainingWraps: number;
  readonly registrationEntryId: string;
  /** Its number in the log; absent until it is in the tree. */
  readonly registrationSeq: number | undefined;
  readonly registrationLog: string | null;
}

type CountedRow = KeyVersionRow & {
  wraps: bigint;
  registration_entry_id: string;
  registration_seq: bigint | null;
  registration_log: string | null;
};

export async function selectKeys(
  tx: Tx,
  where: {
    readonly participantId?: string | undefined;
    readonly keyId?: string | undefined;
    readonly state?: KeyState | undefined;
    readonly after?: string | undefined;
    readonly order?: "oldest" | "newest" | undefined;
    readonly limit: number;
  },
): Promise<CountedKey[]> {
  const after = where.after ?? null;
  const [beyond, order] =
    where.order === "newest"
      ? [Prisma.sql`k.id < ${after}::uuid`, Prisma.sql`k.id DESC`]
      : [Prisma.sql`k.id > ${after}::uuid`, Prisma.sql`k.id`];
  const rows = await tx.$queryRaw<CountedRow[]>(Prisma.sql`
    SELECT ${KEY_COLUMNS}, (SELECT count(*) FROM wrap w WHERE w.key_version_id = k.id) AS wraps,
      k.registration_entry_id, l.seq AS registration_seq, l.log AS registration_log
    FROM key_version k LEFT JOIN audit_leaf l ON l.entry_id = k.registration_entry_id
    WHERE (${where.participantId ?? null}::text IS NULL OR k.participant_id = ${where.participantId ?? null})
      AND (${where.keyId ?? null}::uuid IS NULL OR k.id = ${where.keyId ?? null}::uuid)
      AND (${where.state ?? null}::text IS NULL OR k.state::text = ${where.state ?? null})
      AND (${after}::uuid IS NULL OR ${beyond})
    ORDER BY ${order} LIMIT ${where.limit}`);
  return rows.map((row) => ({
    ...toKeyVersion(row),
    remainingWraps: Number(row.wraps),
    registrationEntryId: row.registration_entry_id,
    registrationSeq: row.registration_seq === null ? undefined : Number(row.registration_seq),
    registrationLog: row.registration_log,
  }));
}

/** Returns the public key of a stored key. */
export function publicKeyBytes(key: KeyVersion): Uint8Array {
  return fromBase64url(key.publicKey);
}

/** Locks a key version until commit, against readers that seal to it and against other changes. */
export async function lockKey(tx: Tx, id: string): Promise<KeyVersion | undefined> {
  const [row] = await tx.$queryRaw<KeyVersionRow[]>(
    Prisma.sql`SELECT ${KEY_COLUMNS} FROM key_version k WHERE k.id = ${id}::uuid FOR UPDATE`,
  );
  return row === undefined ? undefined : toKeyVersion(row);
}

/** Moves a version to another state; the database refuses pairs that are not allowed. Destroying erases the blob. */
export async function updateState(tx: Tx, id: string, state: KeyState, at: Date): Promise<void> {
  const erased = state === "destroyed" ? { private_blob: null, kek_id: null } : {};
  await tx.key_version.update({
    where: { id },
    data: { state, state_changed_at: at, ...erased },
    select: { id: true },
  });
  if (state === "active") {
    await tx.key_version.updateMany({ where: { id, activated_at: null }, data: { activated_at: at } });
  }
}

/** Counts recipient entries under this version. */
export function countWraps(tx: Tx, keyVersionId: string): Promise<number> {
  return tx.wrap.count({ where: { key_version_id: keyVersionId } });
}
