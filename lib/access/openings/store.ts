import "server-only";
import { type Run, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { OpenStatement } from "@/lib/escrow/protocol/statements";

const plainJson = (value: unknown) => JSON.parse(JSON.stringify(value));

export async function insertOpening(
  tx: Tx,
  row: {
    readonly id: string;
    readonly tenantId: string;
    readonly grantId: string;
    readonly userId: string;
    readonly statement: OpenStatement;
    readonly replyKeySealed: Uint8Array;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await tx.opening.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        grant_id: row.grantId,
        user_id: row.userId,
        statement: plainJson(row.statement),
        nonce: row.statement.nonce,
        reply_key: Uint8Array.from(row.replyKeySealed),
        expires_at: row.expiresAt,
      },
    ],
  });
}

/** A prepared opening with its sealed one-request key. */
export interface OpeningRow {
  readonly id: string;
  readonly grantId: string;
  readonly statement: OpenStatement;
  readonly replyKeySealed: Uint8Array;
  readonly expiresAt: Date;
}

interface Wanted {
  readonly id: string;
  readonly userId: string;
  readonly at: Date;
}

interface StoredOpening {
  readonly id: string;
  readonly grant_id: string;
  readonly statement: unknown;
  readonly reply_key: Uint8Array;
  readonly expires_at: Date;
}

const FIND_OPENING = statement<Wanted, StoredOpening>("find-opening")`
  SELECT id, grant_id, statement, reply_key, expires_at FROM opening
  WHERE id = ${({ id }) => id}::uuid AND user_id = ${({ userId }) => userId}::uuid AND used_at IS NULL
    AND expires_at > ${({ at }) => at} AND reply_key IS NOT NULL`;

/** Returns a person's opening that is unused and in time. */
export async function findOpening(run: Run, wanted: Wanted): Promise<OpeningRow | undefined> {
  const [row] = await run(FIND_OPENING, wanted);
  if (row === undefined) return undefined;
  return {
    id: row.id,
    grantId: row.grant_id,
    statement: OpenStatement.parse(row.statement),
    replyKeySealed: row.reply_key,
    expiresAt: row.expires_at,
  };
}

interface Spent {
  readonly id: string;
  readonly transactionId: string;
  readonly at: Date;
}

const spentAt = ({ at }: Spent) => at;
const spentOn = ({ transactionId }: Spent) => transactionId;
const SPEND_OPENING = statement<Spent, { readonly id: string }>("spend-opening")`
  UPDATE opening SET opened = opened || ${spentOn}::uuid,
    used_at = CASE WHEN cardinality(opened) + 1 >= jsonb_array_length(statement -> 'transactions')
      THEN ${spentAt}::timestamptz END,
    reply_key = CASE WHEN cardinality(opened) + 1 < jsonb_array_length(statement -> 'transactions') THEN reply_key END
  WHERE id = ${({ id }) => id}::uuid AND used_at IS NULL AND expires_at > ${spentAt}
    AND NOT (${spentOn}::uuid = ANY (opened)) RETURNING id`;

/**
 * Uses an opening for one of its transactions. With the last one it ends, and its key is deleted. Returns false when it
 * was used for this transaction before or has expired.
 */
export async function spendOpening(run: Run, spent: Spent): Promise<boolean> {
  return (await run(SPEND_OPENING, spent)).length === 1;
}
