import "server-only";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { apuText } from "@/lib/crypto/envelope/envelope-format";
import { recordDigest } from "@/lib/crypto/envelope/record-digest";
import { formatSeconds } from "@/lib/crypto/instant";
import { Prisma } from "@/lib/db/generated/client";
import { type Piece, type Running, sql, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import type { RegistrationItem, RegistrationResult, SignedEpoch } from "@/lib/escrow/protocol/messages";
import { GroupName } from "@/lib/vocabulary";

interface GroupRow {
  transaction_id: string;
  grp: string;
  gen: number;
  ep: string;
  field_count: number;
  protected: string;
  iv: string;
  ciphertext: string;
  tag: string;
  digest_list: string[];
  wraps: { kid: string; epk: string; encrypted_key: string }[];
}

function toItem(row: GroupRow): RegistrationItem {
  const grp = GroupName.parse(row.grp);
  const { transaction_id: tx, gen, ep, digest_list: rd_list } = row;
  const apu = toBase64url(utf8(apuText({ tx, group: grp, ep, gen, rd: recordDigest(tx, rd_list) })));
  const recipients = row.wraps.map(({ kid, epk, encrypted_key }) => ({
    header: { kid, epk: { crv: "X25519", kty: "OKP", x: epk }, apu, apv: toBase64url(utf8(kid)) },
    encrypted_key,
  }));
  const jwe = { protected: row.protected, recipients, iv: row.iv, ciphertext: row.ciphertext, tag: row.tag };
  return { tx, grp, ep, gen, fields: row.field_count, rd_list, jwe };
}

/** What the custodian takes of a group `g`. Its record and its wraps are looked up by key, whatever the statistics are. */
const SEALED: Piece<unknown> = sql`
  g.transaction_id, g.grp, g.gen, g.ep, g.field_count, g.protected, g.iv, g.ciphertext, g.tag,
  (SELECT to_json(t.digest_list) FROM transaction t WHERE t.id = g.transaction_id) AS digest_list,
  (SELECT json_agg(json_build_object('kid', w.kid, 'epk', w.epk, 'encrypted_key', w.encrypted_key) ORDER BY w.position)
   FROM wrap w WHERE w.transaction_id = g.transaction_id AND w.grp = g.grp AND w.gen = g.gen) AS wraps`;

/** Most groups that are read at once. A constant of the statement, so that its plan knows how few they are. */
export const REGISTRATION_BATCH = 200;

/**
 * Bytes of waiting groups read at once. Senders choose the size of a group, and groups may wait while the custodian is
 * away.
 */
const WAITING_BYTES = 32 * 1024 * 1024;

/** Registrations that the custodian owes: the rows of the partial index `escrow_registration_owed`, and no others. */
const OWED = Prisma.sql`r.signature IS NULL AND r.due_at IS NOT NULL`;

/**
 * Selects groups whose registration is due, the longest due first. Large groups make the result shorter. The plan is kept
 * from a time when the tables may have been empty, so OFFSET makes each plan look up the due groups one by one.
 */
export const SELECT_UNREGISTERED = statement<object, GroupRow>("select-unregistered")`
    WITH due AS MATERIALIZED (
      SELECT r.transaction_id, r.grp, r.gen, r.due_at FROM escrow_registration r
      WHERE ${OWED} AND r.due_at <= now()
      ORDER BY r.due_at, r.transaction_id, r.grp LIMIT ${Prisma.raw(String(REGISTRATION_BATCH))}),
    g AS (
      SELECT o.*, sum(pg_column_size(o.ciphertext)) OVER (ORDER BY d.due_at, d.transaction_id, d.grp)
        - pg_column_size(o.ciphertext) AS before
      FROM due d JOIN LATERAL (
        SELECT * FROM transaction_group o
        WHERE o.transaction_id = d.transaction_id AND o.grp = d.grp AND o.gen = d.gen OFFSET 0) o ON true)
    SELECT ${SEALED} FROM g
    WHERE g.before < ${Prisma.raw(String(WAITING_BYTES))} ORDER BY g.transaction_id, g.grp`;

/**
 * Returns groups of any transaction that the custodian is asked about next. Refused groups wait an hour before each new
 * attempt. While groups are due, the result has at least one.
 */
export async function selectUnregistered({ run }: Running): Promise<RegistrationItem[]> {
  return (await run(SELECT_UNREGISTERED, {})).map(toItem);
}

interface Wanted {
  readonly transactionIds: readonly string[];
  readonly groups: readonly GroupName[];
  readonly onlyUnregistered: boolean;
}

const SELECT_SEALED = statement<Wanted, GroupRow>("select-sealed-groups")`
    SELECT ${SEALED} FROM transaction_group g
    WHERE g.transaction_id = ANY (${({ transactionIds }) => transactionIds}::uuid[])
      AND g.grp = ANY (${({ groups }) => groups}::text[])
      AND NOT EXISTS (SELECT 1 FROM transaction_group n
        WHERE n.transaction_id = g.transaction_id AND n.grp = g.grp AND n.gen > g.gen)
      AND (NOT ${({ onlyUnregistered }) => onlyUnregistered} OR NOT EXISTS (
        SELECT 1 FROM escrow_registration r
        WHERE r.transaction_id = g.transaction_id AND r.grp = g.grp AND r.gen = g.gen AND r.signature IS NOT NULL))
    ORDER BY g.transaction_id, g.grp`;

/** Returns the newest generation of the named groups of these transactions, in the form that the custodian takes. */
export async function selectSealedGroups({ run }: Running, wanted: Wanted): Promise<RegistrationItem[]> {
  return (await run(SELECT_SEALED, wanted)).map(toItem);
}

interface Answer {
  readonly transaction_id: string;
  readonly grp: string;
  readonly gen: number;
  readonly bd?: string;
  readonly kid?: string;
  readonly signature?: string;
  readonly problem?: string;
}

// Two workers may have asked about the same groups, so the rows are locked in one order.
const STORE_ANSWERS = statement<readonly Answer[], never>("store-answers")`
    WITH said AS (
      SELECT * FROM json_to_recordset(${(answers) => JSON.stringify(answers)}::json)
        AS x (transaction_id uuid, grp text, gen int, bd text, kid text, signature text, problem text)),
    open AS MATERIALIZED (
      SELECT r.transaction_id, r.grp, r.gen FROM escrow_registration r JOIN said USING (transaction_id, grp, gen)
      WHERE r.signature IS NULL ORDER BY r.transaction_id, r.grp, r.gen FOR UPDATE OF r)
    UPDATE escrow_registration r
    SET bd = coalesce(s.bd, r.bd), kid = s.kid, signature = s.signature, problem = s.problem,
        attempts = r.attempts + 1, registered_at = now(),
        due_at = CASE WHEN s.signature IS NULL AND r.due_at IS NOT NULL THEN now() + interval '1 hour' END
    FROM open JOIN said s USING (transaction_id, grp, gen)
    WHERE r.transaction_id = open.transaction_id AND r.grp = open.grp AND r.gen = open.gen`;

/** Stores the custodian's answers. A confirmation replaces a refusal, never the reverse. */
export async function storeAnswers({ run }: Running, results: readonly RegistrationResult[]): Promise<void> {
  const answers = results.map((result) => ({
    transaction_id: result.tx,
    grp: result.grp,
    gen: result.gen,
    ...(result.ok
      ? { bd: result.bd, kid: result.kid, signature: result.signature }
      : { problem: result.reason }),
  }));
  await run(STORE_ANSWERS, answers);
}

/** Counts registrations that are owed. */
export const COUNT_UNREGISTERED = Prisma.sql`
    SELECT count(*) FILTER (WHERE r.problem IS NULL) AS waiting, count(r.problem) AS refused,
           min(r.due_at) FILTER (WHERE r.problem IS NULL) AS oldest
    FROM escrow_registration r WHERE ${OWED}`;

/** Returns how many groups wait for the custodian, how many it refused, and since when the oldest waits. */
export async function countUnregistered(
  tx: Tx,
): Promise<{ waiting: number; refused: number; oldestAt: Date | undefined }> {
  const [row] =
    await tx.$queryRaw<{ waiting: bigint; refused: bigint; oldest: Date | null }[]>(COUNT_UNREGISTERED);
  return {
    waiting: Number(row?.waiting ?? 0),
    refused: Number(row?.refused ?? 0),
    oldestAt: row?.oldest ?? undefined,
  };
}

/** Returns epochs as the custodian signed them. The statement is rebuilt from the row, so a changed row fails verification. */
export async function selectEpochs(
  tx: Tx,
  log: string,
): Promise<(SignedEpoch & { readonly state: string })[]> {
  const rows = await tx.escrow_epoch.findMany({ orderBy: { epoch: "asc" } });
  return rows.map((row) => ({
    statement: {
      log,
      epoch: row.epoch,
      kid: `escrow#${row.epoch}`,
      public_key: row.public_key,
      created_at: formatSeconds(row.created_at.getTime()),
    },
    signature: row.custodian_signature,
    state: row.state,
  }));
}

/** Stores a new epoch as the active one and deactivates the previous one. */
export async function insertEpoch(
  tx: Tx,
  epoch: { readonly tenantId: string; readonly entryId: string; readonly signed: SignedEpoch },
): Promise<void> {
  const { statement, signature } = epoch.signed;
  await tx.escrow_epoch.updateMany({ where: { state: "active" }, data: { state: "deactivated" } });
  await tx.escrow_epoch.create({
    select: { epoch: true },
    data: {
      epoch: statement.epoch,
      tenant_id: epoch.tenantId,
      public_key: statement.public_key,
      custodian_signature: signature,
      state: "active",
      registration_entry_id: epoch.entryId,
      created_at: new Date(statement.created_at),
    },
  });
}

/** Makes workers store new epochs one after the other (transaction-level advisory lock). */
export async function lockEpochs(tx: Tx, tenantId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`escrow_epoch:${tenantId}`}, 0))`;
}

/** Counts the escrow's recipient entries that are sealed with an epoch's key, including former entries of resealed groups. */
export function countUnderEpoch(tx: Tx, tenantId: string, epoch: number): Promise<number> {
  return tx.wrap.count({ where: { tenant_id: tenantId, epoch, kind: { not: "participant" } } });
}

/** Counts the same for all epochs before this one. */
export function countBefore(tx: Tx, tenantId: string, epoch: number): Promise<number> {
  return tx.wrap.count({
    where: { tenant_id: tenantId, epoch: { lt: epoch }, kind: { not: "participant" } },
  });
}

/** Notifies pages that entries moved to an epoch, when the caller's transaction commits. */
export async function tellEpoch(tx: Tx, epoch: number): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify('sealport_changed', ${`epoch:${epoch}`})`;
}

/**
 * Records that an epoch's key is destroyed. The database then refuses new entries for it. It refuses this change while an
 * entry still uses the key.
 */
export async function markDestroyed(tx: Tx, tenantId: string, epoch: number): Promise<void> {
  await tx.escrow_epoch.update({
    where: { tenant_id_epoch: { tenant_id: tenantId, epoch } },
    data: { state: "destroyed" },
    select: { epoch: true },
  });
}
