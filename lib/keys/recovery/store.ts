import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { StatementSignature } from "@/lib/escrow/protocol/statements";
import { RecoveryState } from "@/lib/keys/recovery/schema";

/** A recovery of a lost key. */
export interface RecoveryRow {
  readonly id: string;
  readonly participantId: string;
  readonly oldKeyId: string;
  readonly oldVersion: number;
  readonly newKeyId: string;
  readonly newVersion: number;
  /** base64url */
  readonly newPublicKey: string;
  readonly newThumbprint: string;
  readonly transactions: readonly string[];
  readonly nonce: string;
  readonly reason: string;
  readonly state: RecoveryState;
  /** Recipient entries of the old key at the start. */
  readonly total: number;
  /** Entries still under the old key; for an ended recovery, the number at its end. */
  readonly remaining: number;
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly notAfter: Date;
  readonly startedAt: Date | undefined;
  readonly endedAt: Date | undefined;
  readonly endReason: string | undefined;
}

/** One person's signed statement. */
export interface RecoverySignatureRow {
  readonly recoveryId: string;
  readonly userId: string;
  readonly person: string;
  readonly signature: StatementSignature;
  readonly proofKind: "passkey" | "ed25519" | "evaluation";
  readonly at: Date;
}

const Row = z.object({
  id: z.string(),
  participant_id: z.string(),
  old_key_id: z.string(),
  old_version: z.number(),
  new_key_id: z.string(),
  new_version: z.number(),
  public_key: z.string(),
  thumbprint: z.string(),
  transactions: z.array(z.string()),
  nonce: z.string(),
  reason: z.string(),
  state: RecoveryState,
  total: z.number(),
  remaining: z.coerce.number(),
  asked_by: z.string(),
  asked_at: z.date(),
  not_after: z.date(),
  started_at: z.date().nullable(),
  ended_at: z.date().nullable(),
  end_reason: z.string().nullable(),
});

function toRow(record: unknown): RecoveryRow {
  const row = Row.parse(record);
  return {
    id: row.id,
    participantId: row.participant_id,
    oldKeyId: row.old_key_id,
    oldVersion: row.old_version,
    newKeyId: row.new_key_id,
    newVersion: row.new_version,
    newPublicKey: row.public_key,
    newThumbprint: row.thumbprint,
    transactions: row.transactions,
    nonce: row.nonce,
    reason: row.reason,
    state: row.state,
    total: row.total,
    remaining: row.remaining,
    askedBy: row.asked_by,
    askedAt: row.asked_at,
    notAfter: row.not_after,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    endReason: row.end_reason ?? undefined,
  };
}

/** A running recovery counts the old key's entries now; an ended one keeps the number at its end. */
const SELECT = Prisma.sql`
  SELECT r.id, r.participant_id, r.old_key_id, o.version AS old_version, r.new_key_id, n.version AS new_version,
    n.public_key, n.thumbprint, r.transactions, r.nonce, r.reason, r.state, r.total, r.asked_by, r.asked_at, r.not_after,
    r.started_at, r.ended_at, r.end_reason,
    CASE WHEN r.ended_at IS NULL THEN (SELECT count(*) FROM wrap w WHERE w.key_version_id = r.old_key_id)
      ELSE r.remaining END AS remaining
  FROM key_recovery r JOIN key_version o ON o.id = r.old_key_id JOIN key_version n ON n.id = r.new_key_id`;

/** Returns the newest recovery of an old key. */
export async function findNewest(tx: Tx, oldKeyId: string): Promise<RecoveryRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    ${SELECT} WHERE r.old_key_id = ${oldKeyId}::uuid ORDER BY r.id DESC LIMIT 1`);
  return rows.map(toRow)[0];
}

export async function findRecovery(tx: Tx, id: string): Promise<RecoveryRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`${SELECT} WHERE r.id = ${id}::uuid`);
  return rows.map(toRow)[0];
}

/** Returns the waiting or running recovery of a participant. */
export async function findOpenRecovery(tx: Tx, participantId: string): Promise<RecoveryRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    ${SELECT} WHERE r.participant_id = ${participantId} AND r.state IN ('asked', 'running')`);
  return rows.map(toRow)[0];
}

/** Returns running recoveries, and waiting ones past their time; without those that failed a moment ago. */
export async function listToDo(tx: Tx, tenantId: string, at: Date): Promise<RecoveryRow[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    ${SELECT} WHERE r.tenant_id = ${tenantId}::uuid
      AND (r.state = 'running' OR (r.state = 'asked' AND r.not_after <= ${at}))
      AND (r.try_after IS NULL OR r.try_after <= ${at}) ORDER BY r.id`);
  return rows.map(toRow);
}

/** Locks a recovery until commit and returns its state. */
export async function lockRecovery(tx: Tx, id: string): Promise<RecoveryState | undefined> {
  const rows = await tx.$queryRaw<{ state: string }[]>(
    Prisma.sql`SELECT state FROM key_recovery WHERE id = ${id}::uuid FOR UPDATE`,
  );
  return rows.map(({ state }) => RecoveryState.parse(state))[0];
}

export async function insertRecovery(
  tx: Tx,
  row: Pick<
    RecoveryRow,
    "id" | "participantId" | "oldKeyId" | "newKeyId" | "transactions" | "nonce" | "reason" | "askedBy"
  > & { readonly tenantId: string; readonly askedAt: Date; readonly notAfter: Date },
): Promise<void> {
  await tx.key_recovery.create({
    select: { id: true },
    data: {
      id: row.id,
      tenant_id: row.tenantId,
      participant_id: row.participantId,
      old_key_id: row.oldKeyId,
      new_key_id: row.newKeyId,
      transactions: [...row.transactions],
      nonce: row.nonce,
      reason: row.reason,
      asked_by: row.askedBy,
      asked_at: row.askedAt,
      not_after: row.notAfter,
    },
  });
}

const Signed = z.object({
  recovery_id: z.string(),
  user_id: z.string(),
  person: z.string(),
  signature: StatementSignature,
  proof_kind: z.enum(["passkey", "ed25519", "evaluation"]),
  at: z.date(),
});

/** Returns the statements of a recovery, oldest first. */
export async function listSignatures(tx: Tx, recoveryId: string): Promise<RecoverySignatureRow[]> {
  const rows = await tx.key_recovery_statement.findMany({
    where: { recovery_id: recoveryId },
    orderBy: [{ at: "asc" }, { user_id: "asc" }],
  });
  return rows.map((record) => {
    const row = Signed.parse(record);
    return {
      recoveryId: row.recovery_id,
      userId: row.user_id,
      person: row.person,
      signature: row.signature,
      proofKind: row.proof_kind,
      at: row.at,
    };
  });
}

export async function insertSignature(tx: Tx, tenantId: string, word: RecoverySignatureRow): Promise<void> {
  await tx.key_recovery_statement.create({
    select: { recovery_id: true },
    data: {
      recovery_id: word.recoveryId,
      user_id: word.userId,
      tenant_id: tenantId,
      person: word.person,
      signature: { ...word.signature },
      proof_kind: word.proofKind,
      at: word.at,
    },
  });
}

/** Returns the names of the signers, by user id. */
export async function readNames(tx: Tx, userIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.app_user.findMany({
    where: { id: { in: [...userIds] } },
    select: { id: true, name: true },
  });
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export async function startRecovery(
  tx: Tx,
  start: { readonly id: string; readonly total: number; readonly at: Date },
): Promise<void> {
  await tx.key_recovery.update({
    where: { id: start.id },
    data: { state: "running", total: start.total, started_at: start.at },
    select: { id: true },
  });
}

/** Defers a recovery until then. */
export async function postponeRecovery(tx: Tx, id: string, until: Date): Promise<void> {
  await tx.key_recovery.update({ where: { id }, data: { try_after: until }, select: { id: true } });
}

export async function endRecovery(
  tx: Tx,
  end: {
    readonly id: string;
    readonly state: RecoveryState;
    readonly remaining: number;
    readonly by: string | undefined;
    readonly reason: string | undefined;
    readonly at: Date;
  },
): Promise<void> {
  await tx.key_recovery.update({
    where: { id: end.id },
    data: {
      state: end.state,
      remaining: end.remaining,
      ended_by: end.by ?? null,
      end_reason: end.reason ?? null,
      ended_at: end.at,
    },
    select: { id: true },
  });
}

/** Returns transactions with an entry under this key, sorted as texts; at most `limit`. */
export async function listNamed(tx: Tx, keyVersionId: string, limit: number): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT DISTINCT w.transaction_id::text AS id FROM wrap w WHERE w.key_version_id = ${keyVersionId}::uuid
    ORDER BY id LIMIT ${limit}`);
  return rows.map(({ id }) => id);
}
