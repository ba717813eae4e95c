import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { type RotationMode, RotationState } from "@/lib/keys/rotation/schema";
import { lockSealedWhere, type SealedKey } from "@/lib/keys/sealed-store";

/** A rotation of one participant's key. */
export interface RotationRow {
  readonly id: string;
  readonly participantId: string;
  readonly mode: RotationMode;
  readonly state: RotationState;
  readonly oldVersion: number;
  readonly newVersion: number;
  /** Recipient entries under retired keys at the start. */
  readonly total: number;
  /** Those of them still under retired keys. */
  readonly remaining: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | undefined;
  /** The compromised version whose entries are moved as well; two people approved it. */
  readonly compromisedKeyId: string | undefined;
  readonly askedBy: string | undefined;
}

interface StoredRotation {
  id: string;
  participant_id: string;
  mode: string;
  state: string;
  old_version: number;
  new_version: number;
  total: number;
  remaining: bigint;
  started_at: Date;
  finished_at: Date | null;
  compromised_key_id: string | null;
  asked_by: string | null;
}

function toRow(row: StoredRotation): RotationRow {
  return {
    id: row.id,
    participantId: row.participant_id,
    mode: row.mode === "reseal" ? "reseal" : "rewrap",
    state: RotationState.parse(row.state),
    oldVersion: row.old_version,
    newVersion: row.new_version,
    total: row.total,
    remaining: Number(row.remaining),
    startedAt: row.started_at,
    finishedAt: row.finished_at ?? undefined,
    compromisedKeyId: row.compromised_key_id ?? undefined,
    askedBy: row.asked_by ?? undefined,
  };
}

/**
 * Retired versions whose entries a rotation moves. Their state must allow it (crypto.md "Keys"): deactivated, or
 * compromised with the approval of two people. Managed keys only: the portal cannot open what is wrapped for others.
 */
const retired = (compromisedKeyId: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`k.custody = 'managed' AND (k.state = 'deactivated' OR (k.state = 'compromised' AND k.id = ${compromisedKeyId}))`;

/** Counts entries to move, including those that are blocked because their key was reported compromised meanwhile. */
const counted = (oldVersion: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`k.custody = 'managed' AND (k.state = 'deactivated' OR k.version = ${oldVersion})`;

/** A running rotation counts its entries now; an ended one keeps the number at its end. */
const COLUMNS = Prisma.sql`r.id, r.participant_id, r.mode, r.state, r.old_version, r.new_version, r.total,
  r.started_at, r.finished_at, r.compromised_key_id, r.asked_by,
  CASE WHEN r.state IN ('asked', 'running') THEN (SELECT count(*) FROM wrap w JOIN key_version k ON k.id = w.key_version_id
    WHERE k.participant_id = r.participant_id AND ${counted(Prisma.sql`r.old_version`)}) ELSE r.total - r.rewrapped END AS remaining`;

export async function findRotation(tx: Tx, id: string): Promise<RotationRow | undefined> {
  const rows = await tx.$queryRaw<StoredRotation[]>(
    Prisma.sql`SELECT ${COLUMNS} FROM key_rotation r WHERE r.id = ${id}::uuid`,
  );
  return rows.map(toRow)[0];
}

/** Returns a participant's rotation that runs or waits for a second person. */
export async function findOpen(tx: Tx, participantId: string): Promise<RotationRow | undefined> {
  const rows = await tx.$queryRaw<StoredRotation[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM key_rotation r
    WHERE r.participant_id = ${participantId} AND r.state IN ('asked', 'running')`);
  return rows.map(toRow)[0];
}

/** Returns rotations of a participant, newest first. */
export async function listNewest(tx: Tx, participantId: string, limit: number): Promise<RotationRow[]> {
  const rows = await tx.$queryRaw<StoredRotation[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM key_rotation r WHERE r.participant_id = ${participantId}
    ORDER BY r.started_at DESC, r.id DESC LIMIT ${limit}`);
  return rows.map(toRow);
}

/** Returns running rotations, oldest first. */
export async function listRunning(tx: Tx, tenantId: string): Promise<RotationRow[]> {
  const rows = await tx.$queryRaw<StoredRotation[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM key_rotation r
    WHERE r.tenant_id = ${tenantId}::uuid AND r.state = 'running' ORDER BY r.started_at, r.id`);
  return rows.map(toRow);
}

/** Locks a running rotation until commit; returns false if it has ended or another process works on it now. */
export async function lockRunning(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT id FROM key_rotation WHERE id = ${id}::uuid AND state = 'running' FOR UPDATE SKIP LOCKED`);
  return rows.length === 1;
}

/** Notifies open pages that a running rotation has moved entries, when the caller's transaction commits. */
export async function tellProgress(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify('sealport_changed', ${`rotation:${id}`})`;
}

/** The participant and keys whose entries a rotation moves. */
export type RetiredOf = Pick<RotationRow, "participantId" | "compromisedKeyId">;

const retiredOf = ({ participantId, compromisedKeyId }: RetiredOf): Prisma.Sql =>
  Prisma.sql`k.participant_id = ${participantId} AND ${retired(Prisma.sql`${compromisedKeyId ?? null}::uuid`)}`;

/** Returns the retired versions with their sealed private keys, locked until commit. */
export function lockRetired(tx: Tx, of: RetiredOf): Promise<SealedKey[]> {
  return lockSealedWhere(tx, retiredOf(of));
}

/** Counts recipient entries that a rotation away from this version must move. */
export async function countToMove(
  tx: Tx,
  of: { readonly participantId: string; readonly oldVersion: number },
): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: bigint }[]>(Prisma.sql`
    SELECT count(*) FROM wrap w JOIN key_version k ON k.id = w.key_version_id
    WHERE k.participant_id = ${of.participantId} AND ${counted(Prisma.sql`${of.oldVersion}::int`)}`);
  return Number(row?.count ?? 0);
}

/** Returns transactions with entries under retired keys, by id, after one; at most `limit`. */
export async function listRetired(
  tx: Tx,
  where: RetiredOf & { readonly after: string | undefined; readonly limit: number },
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ transaction_id: string }[]>(Prisma.sql`
    SELECT DISTINCT w.transaction_id FROM wrap w JOIN key_version k ON k.id = w.key_version_id
    WHERE ${retiredOf(where)}
      AND (${where.after ?? null}::uuid IS NULL OR w.transaction_id > ${where.after ?? null}::uuid)
    ORDER BY w.transaction_id LIMIT ${where.limit}`);
  return rows.map((row) => row.transaction_id);
}

/** Returns active managed keys made before a date, oldest first, of participants without a running rotation. */
export async function listDue(
  tx: Tx,
  where: { readonly tenantId: string; readonly before: Date; readonly limit: number },
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT k.id FROM key_version k JOIN participant p ON p.id = k.participant_id AND p.state = 'active'
    WHERE k.tenant_id = ${where.tenantId}::uuid AND k.state = 'active' AND k.custody = 'managed'
      AND k.created_at < ${where.before}
      AND NOT EXISTS (SELECT 1 FROM key_rotation r WHERE r.participant_id = k.participant_id AND r.state IN ('asked', 'running'))
    ORDER BY k.created_at LIMIT ${where.limit}`);
  return rows.map(({ id }) => id);
}

export async function insertRotation(
  tx: Tx,
  row: Omit<RotationRow, "remaining" | "finishedAt"> & { readonly tenantId: string },
): Promise<void> {
  await tx.key_rotation.create({
    select: { id: true },
    data: {
      id: row.id,
      tenant_id: row.tenantId,
      participant_id: row.participantId,
      mode: row.mode,
      state: row.state,
      compromised_key_id: row.compromisedKeyId ?? null,
      asked_by: row.askedBy ?? null,
      old_version: row.oldVersion,
      new_version: row.newVersion,
      total: row.total,
      started_at: row.startedAt,
    },
  });
}

/** Stores a second person's agreement: entries are moved to this version from now on. */
export async function agreeRotation(
  tx: Tx,
  agreed: { readonly id: string; readonly by: string; readonly newVersion: number; readonly total: number },
): Promise<void> {
  await tx.key_rotation.update({
    where: { id: agreed.id },
    data: { state: "running", agreed_by: agreed.by, new_version: agreed.newVersion, total: agreed.total },
    select: { id: true },
  });
}

export async function endRotation(
  tx: Tx,
  end: { readonly id: string; readonly state: RotationState; readonly rewrapped: number; readonly at: Date },
): Promise<void> {
  await tx.key_rotation.update({
    where: { id: end.id },
    data: { state: end.state, rewrapped: end.rewrapped, finished_at: end.at },
    select: { id: true },
  });
}

/** One recipient entry that replaces another: the successor's key id, ephemeral key and wrapped key. */
export interface MovedWrap {
  readonly transactionId: string;
  readonly group: string;
  readonly gen: number;
  readonly oldKid: string;
  readonly kid: string;
  readonly keyVersionId: string;
  readonly epk: string;
  readonly encryptedKey: string;
}

/** Replaces any number of recipient entries with one statement; returns how many. */
export async function moveWraps(tx: Tx, moved: readonly MovedWrap[]): Promise<number> {
  const rows = moved.map((wrap) => ({
    transaction_id: wrap.transactionId,
    grp: wrap.group,
    gen: wrap.gen,
    old_kid: wrap.oldKid,
    kid: wrap.kid,
    key_version_id: wrap.keyVersionId,
    epk: wrap.epk,
    encrypted_key: wrap.encryptedKey,
  }));
  return tx.$executeRaw(Prisma.sql`
    UPDATE wrap w SET kid = r.kid, key_version_id = r.key_version_id, epk = r.epk, encrypted_key = r.encrypted_key
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (transaction_id uuid, grp text, gen int, old_kid text,
      kid text, key_version_id uuid, epk text, encrypted_key text)
    WHERE w.transaction_id = r.transaction_id AND w.grp = r.grp AND w.gen = r.gen AND w.kid = r.old_kid`);
}
