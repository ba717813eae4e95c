import "server-only";
import type { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/** The stored part of an answer: its status, only the header Location, and ids. */
export interface KeptAnswer {
  readonly operation: string;
  readonly bodyHmac: Uint8Array;
  /** Absent while the first call runs, or when it ended without a known outcome. */
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly ids: Readonly<Record<string, unknown>>;
}

export interface IdempotencyKey {
  readonly principal: string;
  readonly key: string;
  readonly tenantId: string;
}

/** Claims a key for this call, taking over an expired record; false when a live one exists. */
export async function claimKey(
  tx: Tx,
  id: IdempotencyKey,
  claim: {
    readonly operation: string;
    readonly bodyHmac: Uint8Array;
    readonly now: Date;
    readonly expiresAt: Date;
  },
): Promise<boolean> {
  const claimed = await tx.$executeRaw`
    INSERT INTO idempotency_record (principal, key, operation, tenant_id, body_hmac, created_at, expires_at)
    VALUES (${id.principal}, ${id.key}, ${claim.operation}, ${id.tenantId}::uuid,
            ${Buffer.from(claim.bodyHmac)}, ${claim.now}, ${claim.expiresAt})
    ON CONFLICT (principal, key) DO UPDATE
      SET operation = excluded.operation, body_hmac = excluded.body_hmac, status = NULL, headers = NULL, ids = NULL,
          created_at = excluded.created_at, expires_at = excluded.expires_at
      WHERE idempotency_record.expires_at <= ${claim.now}`;
  return claimed === 1;
}

function toRecord(value: Prisma.JsonValue): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function toStrings(value: Prisma.JsonValue): Record<string, string> {
  return Object.fromEntries(
    Object.entries(toRecord(value)).flatMap(([name, text]) =>
      typeof text === "string" ? [[name, text]] : [],
    ),
  );
}

export async function findKeptAnswer(tx: Tx, id: IdempotencyKey): Promise<KeptAnswer | undefined> {
  const row = await tx.idempotency_record.findUnique({
    where: { principal_key: { principal: id.principal, key: id.key } },
    select: { operation: true, body_hmac: true, status: true, headers: true, ids: true },
  });
  if (row === null) return undefined;
  return {
    operation: row.operation,
    bodyHmac: row.body_hmac,
    status: row.status ?? undefined,
    headers: toStrings(row.headers),
    ids: toRecord(row.ids),
  };
}

/** Keeps the answer of a finished call. */
export async function keepAnswer(
  tx: Tx,
  id: IdempotencyKey,
  answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly ids: Prisma.InputJsonObject;
  },
): Promise<void> {
  await tx.idempotency_record.updateMany({
    where: { principal: id.principal, key: id.key },
    data: { status: answer.status, headers: { ...answer.headers }, ids: answer.ids },
  });
}

/** Frees a key whose call was refused: it created no record, so the next try is a first one. */
export async function releaseKey(tx: Tx, id: IdempotencyKey): Promise<void> {
  await tx.idempotency_record.deleteMany({ where: { principal: id.principal, key: id.key } });
}

/** Removes expired records. A call that claims a record runs it from time to time. */
export async function deleteExpiredKeys(tx: Tx, now: Date): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM idempotency_record WHERE (principal, key) IN (
      SELECT principal, key FROM idempotency_record WHERE expires_at <= ${now} LIMIT 500 FOR UPDATE SKIP LOCKED)`;
}
