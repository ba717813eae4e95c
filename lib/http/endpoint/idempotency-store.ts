import "server-only";
import { type Run, statement } from "@/lib/db/statement";

/** The stored part of an answer: its status and ids. */
export interface KeptAnswer {
  readonly operation: string;
  readonly bodyHmac: Uint8Array;
  /** Absent while the first call runs, or when it ended without a known outcome. */
  readonly status: number | undefined;
  readonly ids: Readonly<Record<string, unknown>>;
}

export interface IdempotencyKey {
  readonly principal: string;
  readonly key: string;
  readonly tenantId: string;
}

interface Claim {
  readonly operation: string;
  readonly bodyHmac: Uint8Array;
  readonly now: Date;
  readonly expiresAt: Date;
}

const principalOf = ({ principal }: IdempotencyKey) => principal;
const keyOf = ({ key }: IdempotencyKey) => key;
const nowOf = ({ now }: { readonly now: Date }) => now;

const CLAIM_KEY = statement<IdempotencyKey & Claim, { readonly key: string }>("claim-idempotency-key")`
  INSERT INTO idempotency_record (principal, key, operation, tenant_id, body_hmac, created_at, expires_at)
  VALUES (${principalOf}, ${keyOf}, ${({ operation }) => operation}, ${({ tenantId }) => tenantId}::uuid,
          ${({ bodyHmac }) => bodyHmac}, ${nowOf}, ${({ expiresAt }) => expiresAt})
  ON CONFLICT (tenant_id, principal, key) DO UPDATE
    SET operation = excluded.operation, body_hmac = excluded.body_hmac, status = NULL, ids = NULL,
        created_at = excluded.created_at, expires_at = excluded.expires_at
    WHERE idempotency_record.expires_at <= ${nowOf}
  RETURNING key`;

/** Claims a key for this call, taking over an expired record; false when a live one exists. */
export async function claimKey(run: Run, id: IdempotencyKey, claim: Claim): Promise<boolean> {
  return (await run(CLAIM_KEY, { ...id, ...claim })).length === 1;
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

interface KeptRow {
  readonly operation: string;
  readonly body_hmac: Uint8Array;
  readonly status: number | null;
  readonly ids: unknown;
}

const FIND_KEPT_ANSWER = statement<IdempotencyKey, KeptRow>("find-kept-answer")`
  SELECT operation, body_hmac, status, ids FROM idempotency_record
  WHERE principal = ${principalOf} AND key = ${keyOf}`;

export async function findKeptAnswer(run: Run, id: IdempotencyKey): Promise<KeptAnswer | undefined> {
  const [row] = await run(FIND_KEPT_ANSWER, id);
  if (row === undefined) return undefined;
  return {
    operation: row.operation,
    bodyHmac: row.body_hmac,
    status: row.status ?? undefined,
    ids: toRecord(row.ids),
  };
}

interface NewAnswer {
  readonly status: number;
  readonly ids: Readonly<Record<string, unknown>>;
  readonly now: Date;
}

const KEEP_ANSWER = statement<IdempotencyKey & NewAnswer, never>("keep-answer")`
  WITH gone AS (
    DELETE FROM idempotency_record WHERE (principal, key) IN (
      SELECT principal, key FROM idempotency_record WHERE expires_at <= ${nowOf} LIMIT 500 FOR UPDATE SKIP LOCKED)
  )
  UPDATE idempotency_record SET status = ${({ status }) => status}::int, ids = ${({ ids }) => JSON.stringify(ids)}::jsonb
  WHERE principal = ${principalOf} AND key = ${keyOf}`;

/** Keeps the answer of a finished call, and removes expired records of all callers. */
export async function keepAnswer(run: Run, id: IdempotencyKey, answer: NewAnswer): Promise<void> {
  await run(KEEP_ANSWER, { ...id, ...answer });
}

const RELEASE_KEY = statement<IdempotencyKey, never>("release-idempotency-key")`
  DELETE FROM idempotency_record WHERE principal = ${principalOf} AND key = ${keyOf}`;

/** Frees a key whose call was refused: it created no record, so the next try is a first one. */
export async function releaseKey(run: Run, id: IdempotencyKey): Promise<void> {
  await run(RELEASE_KEY, id);
}
