import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import type { RotationMode, RotationState } from "@/lib/keys/rotation/schema";

/** A rotation of one participant's key. */
export interface RotationRow {
  readonly id: string;
  readonly participantId: string;
  readonly mode: RotationMode;
  readonly state: RotationState;
  readonly oldVersion: number;
  readonly newVersion: number;
  /** Recipient entries under retired keys when it began. */
  readonly total: number;
  /** Those among them that are under retired keys still. */
  readonly remaining: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | undefined;
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
}

function toRow(row: StoredRotation): RotationRow {
  const state = row.state === "completed" || row.state === "failed" ? row.state : "running";
  return {
    id: row.id,
    participantId: row.participant_id,
    mode: row.mode === "reseal" ? "reseal" : "rewrap",
    state,
    oldVersion: row.old_version,
    newVersion: row.new_version,
    total: row.total,
    remaining: Number(row.remaining),
    startedAt: row.started_at,
    finishedAt: row.finished_at ?? undefined,
  };
}

/** Retired versions: those whose entries a rotation moves, and whose state allows it (crypto.md "Keys"). */
const RETIRED = Prisma.sql`k.state = 'deactivated'`;

/** A running rotation counts its entries now; an ended one keeps what it ended with. */
const COLUMNS = Prisma.sql`r.id, r.participant_id, r.mode, r.state, r.old_version, r.new_version, r.total,
  r.started_at, r.finished_at,
  CASE WHEN r.state = 'running' THEN (SELECT count(*) FROM wrap w JOIN key_version k ON k.id = w.key_version_id
    WHERE k.participant_id = r.participant_id AND ${RETIRED}) ELSE r.total - r.rewrapped END AS remaining`;

export async function findRotation(tx: Tx, id: string): Promise<RotationRow | undefined> {
  const rows = await tx.$queryRaw<StoredRotation[]>(
    Prisma.sql`SELECT ${COLUMNS} FROM key_rotation r WHERE r.id = ${id}::uuid`,
  );
  return rows.map(toRow)[0];
}

export async function findRunning(tx: Tx, participantId: string): Promise<RotationRow | undefined> {
  const rows = await tx.$queryRaw<StoredRotation[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM key_rotation r WHERE r.participant_id = ${participantId} AND r.state = 'running'`);
  return rows.map(toRow)[0];
}

/** Rotations of a participant, newest first. */
export async function listNewest(tx: Tx, participantId: string, limit: number): Promise<RotationRow[]> {
  const rows = await tx.$queryRaw<StoredRotation[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM key_rotation r WHERE r.participant_id = ${participantId}
    ORDER BY r.started_at DESC, r.id DESC LIMIT ${limit}`);
  return rows.map(toRow);
}

/** Running rotations, oldest first. */
export async function listRunning(tx: Tx, tenantId: string): Promise<RotationRow[]> {
  const rows = await tx.$queryRaw<StoredRotation[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM key_rotation r
    WHERE r.tenant_id = ${tenantId}::uuid AND r.state = 'running' ORDER BY r.started_at, r.id`);
  return rows.map(toRow);
}

/** Locks a running rotation until commit; false when it has ended or another process works on it now. */
export async function lockRunning(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT id FROM key_rotation WHERE id = ${id}::uuid AND state = 'running' FOR UPDATE SKIP LOCKED`);
  return rows.length === 1;
}

/** Recipient entries of this participant that lie under retired keys. */
export async function countRetired(tx: Tx, participantId: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: bigint }[]>(Prisma.sql`
    SELECT count(*) FROM wrap w JOIN key_version k ON k.id = w.key_version_id
    WHERE k.participant_id = ${participantId} AND ${RETIRED}`);
  return Number(row?.count ?? 0);
}

/** Transactions with entries under retired keys, by id, after one; at most `limit`. */
export async function listRetired(
  tx: Tx,
  where: { readonly participantId: string; readonly after: string | undefined; readonly limit: number },
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ transaction_id: string }[]>(Prisma.sql`
    SELECT DISTINCT w.transaction_id FROM wrap w JOIN key_version k ON k.id = w.key_version_id
    WHERE k.participant_id = ${where.participantId} AND ${RETIRED}
      AND (${where.after ?? null}::uuid IS NULL OR w.transaction_id > ${where.after ?? null}::uuid)
    ORDER BY w.transaction_id LIMIT ${where.limit}`);
  return rows.map((row) => row.transaction_id);
}

/** Active managed keys made before a date, oldest first, of participants without a running rotation. */
export async function listDue(
  tx: Tx,
  where: { readonly tenantId: string; readonly before: Date; readonly limit: number },
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT k.id FROM key_version k JOIN participant p ON p.id = k.participant_id AND p.state = 'active'
    WHERE k.tenant_id = ${where.tenantId}::uuid AND k.state = 'active' AND k.custody = 'managed'
      AND k.created_at < ${where.before}
      AND NOT EXISTS (SELECT 1 FROM key_rotation r WHERE r.participant_id = k.participant_id AND r.state = 'running')
    ORDER BY k.created_at LIMIT ${where.limit}`);
  return rows.map(({ id }) => id);
}

export async function insertRotation(
  tx: Tx,
  row: Omit<RotationRow, "remaining" | "finishedAt" | "state"> & { readonly tenantId: string },
): Promise<void> {
  await tx.key_rotation.create({
    select: { id: true },
    data: {
      id: row.id,
      tenant_id: row.tenantId,
      participant_id: row.participantId,
      mode: row.mode,
      state: "running",
      old_version: row.oldVersion,
      new_version: row.newVersion,
      total: row.total,
      started_at: row.startedAt,
    },
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

/** One recipient entry in the place of another: the successor's key id, ephemeral key and wrapped key. */
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

/** Replaces any number of recipient entries with one statement; answers how many there were. */
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
