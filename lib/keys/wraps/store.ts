import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import { sql, statementOf } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";

/** One recipient entry of one sealed group; apu and apv are rebuilt on reading, so they are not stored. */
export interface WrapRow {
  readonly transactionId: string;
  readonly group: string;
  readonly gen: number;
  readonly kid: string;
  /** Absent for the escrow entry. */
  readonly participantId?: string;
  readonly keyVersionId?: string;
  readonly position: number;
  /** x of the ephemeral key, base64url. */
  readonly epk: string;
  readonly encryptedKey: string;
}

export interface NewWrapRow extends WrapRow {
  readonly tenantId: string;
}

/** What a statement that stores wraps takes. */
export interface NewWraps {
  readonly wraps: readonly NewWrapRow[];
}

/** The escrow's entry has no participant: its kind and its epoch are read from that and from its name. */
function recordsOf({ wraps }: NewWraps): string {
  const records = wraps.map((row) => ({
    transaction_id: row.transactionId,
    grp: row.group,
    gen: row.gen,
    kid: row.kid,
    participant_id: row.participantId,
    key_version_id: row.keyVersionId,
    position: row.position,
    epk: row.epk,
    encrypted_key: row.encryptedKey,
  }));
  return JSON.stringify(records);
}

/** Inserts any number of wraps; a statement may add a condition. */
export const INSERT_WRAPS = sql<NewWraps>`
  INSERT INTO wrap (tenant_id, transaction_id, grp, gen, kind, kid, participant_id, key_version_id, epoch,
                    position, suite, epk, encrypted_key)
  SELECT ${({ wraps }) => wraps[0]?.tenantId ?? null}::uuid, transaction_id, grp, gen,
         CASE WHEN participant_id IS NULL THEN 'escrow' ELSE 'participant' END, kid, participant_id, key_version_id,
         CASE WHEN participant_id IS NULL THEN substr(kid, length('escrow#') + 1)::int END,
         position, 'cfx1', epk, encrypted_key
  FROM json_to_recordset(${recordsOf}::json) AS r (
    transaction_id uuid, grp text, gen int, kid text, participant_id text, key_version_id uuid, position int,
    epk text, encrypted_key text)`;

const STORE_WRAPS = statementOf<NewWraps, never>("store-wraps", INSERT_WRAPS);

/** Inserts any number of wraps with one statement. */
export async function insertWraps(tx: Tx, wraps: readonly NewWrapRow[]): Promise<void> {
  await tx.run(STORE_WRAPS, { wraps });
}

/** The columns read of a wrap. */
export interface StoredWrap {
  transaction_id: string;
  grp: string;
  gen: number;
  kid: string;
  participant_id: string | null;
  key_version_id: string | null;
  position: number;
  epk: string;
  encrypted_key: string;
}

export function toWrap(row: StoredWrap): WrapRow {
  return {
    transactionId: row.transaction_id,
    group: row.grp,
    gen: row.gen,
    kid: row.kid,
    ...(row.participant_id === null ? {} : { participantId: row.participant_id }),
    ...(row.key_version_id === null ? {} : { keyVersionId: row.key_version_id }),
    position: row.position,
    epk: row.epk,
    encryptedKey: row.encrypted_key,
  };
}

export const WRAP_COLUMNS = Prisma.sql`
  transaction_id, grp, gen, kid, participant_id, key_version_id, position, epk, encrypted_key`;

/**
 * Returns all wraps of these transactions, of every generation, in the order of transaction, group, gen and position.
 */
export async function selectWraps(tx: Tx, transactionIds: readonly string[]): Promise<WrapRow[]> {
  const rows = await tx.$queryRaw<StoredWrap[]>(Prisma.sql`
    SELECT ${WRAP_COLUMNS}
    FROM wrap WHERE transaction_id = ANY (${[...transactionIds]}::uuid[]) ORDER BY transaction_id, grp, gen, position`);
  return rows.map(toWrap);
}

/** Returns transactions with an entry for this key version, by id, after one; at most `limit`. */
export async function listWrapped(
  tx: Tx,
  where: { readonly keyVersionId: string; readonly after: string | undefined; readonly limit: number },
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ transaction_id: string }[]>(Prisma.sql`
    SELECT DISTINCT transaction_id FROM wrap
    WHERE key_version_id = ${where.keyVersionId}::uuid
      AND (${where.after ?? null}::uuid IS NULL OR transaction_id > ${where.after ?? null}::uuid)
    ORDER BY transaction_id LIMIT ${where.limit}`);
  return rows.map((row) => row.transaction_id);
}

/** Notifies open pages that entries for a key were handed over, when the caller's transaction commits. */
export async function tellHandedOver(tx: Tx, keyVersionId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify('sealport_changed', ${`key:${keyVersionId}`})`;
}
