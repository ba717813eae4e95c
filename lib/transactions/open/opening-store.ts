import "server-only";
import {
  SELECT_STANDING,
  type Standing,
  type StandingRow,
  toStanding,
} from "@/lib/access/rules/reader-store";
import { type Run, statement } from "@/lib/db/statement";
import { type StoredWrap, toWrap, WRAP_COLUMNS } from "@/lib/keys/wraps/store";
import { type SealedRecord, sealedRecordOf } from "@/lib/transactions/read/load-sealed";
import { GROUP_COLUMNS, type TransactionRow, toGroupRow, toTransactionRow } from "@/lib/transactions/rows";
import { TRANSACTION_COLUMNS } from "@/lib/transactions/store";

interface Wanted {
  readonly tenantId: string;
  readonly id: string;
  readonly userId: string;
  readonly organisationId: string;
  /** The participant that the caller acts for; undefined for staff who may know of every transaction. */
  readonly party: string | undefined;
}

/** Bytes are base64 here, since JSON has none. */
interface Row {
  readonly groups: readonly unknown[];
  readonly wraps: readonly StoredWrap[];
  readonly entries: readonly { readonly id: string; readonly bytes: string }[];
  readonly leaves: readonly { readonly entry_id: string; readonly log: string; readonly hash: string }[];
  readonly standing: StandingRow | null;
  readonly activation: number | null;
}

const party = (wanted: Wanted) => wanted.party ?? null;

/**
 * A transaction, the newest generation of its sealed groups with their wraps, the entries that bind them with their
 * leaves, the reader's standing, and which policies are in force: one statement sees one state of all of them. What the caller may not know of is
 * not read further than what does not exist (I12).
 */
const FIND_OPENING_RECORD = statement<Wanted, Row>("find-opening-record")`
  SELECT ${TRANSACTION_COLUMNS},
    coalesce((SELECT json_agg(g) FROM (
      SELECT DISTINCT ON (grp) ${GROUP_COLUMNS} FROM transaction_group
      WHERE transaction_id = t.id ORDER BY grp, gen DESC) g), '[]') AS groups,
    coalesce((SELECT json_agg(w) FROM (
      SELECT ${WRAP_COLUMNS} FROM wrap WHERE transaction_id = t.id ORDER BY grp, gen, position) w), '[]') AS wraps,
    coalesce((SELECT json_agg(json_build_object('id', e.id, 'bytes', encode(e.bytes, 'base64')))
      FROM audit_entry e WHERE e.id = ANY (b.entry_ids)), '[]') AS entries,
    coalesce((SELECT json_agg(json_build_object('entry_id', l.entry_id, 'log', l.log, 'hash', encode(l.leaf_hash, 'base64')))
      FROM audit_leaf l WHERE l.entry_id = ANY (b.entry_ids)), '[]') AS leaves,
    (SELECT row_to_json(s) FROM (${SELECT_STANDING}) s) AS standing,
    (SELECT max(p.seq) FROM policy_activation p WHERE p.tenant_id = t.tenant_id) AS activation
  FROM transaction t
  CROSS JOIN LATERAL (SELECT t.create_entry_id
    || ARRAY(SELECT entry_id FROM transaction_group WHERE transaction_id = t.id) AS entry_ids) b
  WHERE t.id = ${({ id }) => id}::uuid AND t.tenant_id = ${({ tenantId }) => tenantId}::uuid
    AND (${party}::text IS NULL OR ${party} = ANY (t.participants))`;

/** What every opening reads; nothing in it is trusted yet. */
export interface OpeningRecord {
  readonly row: TransactionRow;
  readonly record: SealedRecord;
  readonly standing: Standing;
  /** The place of the newest activation of policies; undefined where there is none. */
  readonly activation: number | undefined;
}

const fromBase64 = (text: string) => Uint8Array.from(Buffer.from(text, "base64"));

/** Returns the transaction with all that an opening reads of it and of the reader; undefined if the participant is not a party of it. */
export async function findOpeningRecord(run: Run, wanted: Wanted): Promise<OpeningRecord | undefined> {
  const [found] = await run(FIND_OPENING_RECORD, wanted);
  if (found === undefined) return undefined;
  const row = toTransactionRow(found);
  const { groups, wraps, entries, leaves, standing, activation } = found;
  const record = sealedRecordOf(row, {
    groups: groups.map(toGroupRow),
    wraps: wraps.map(toWrap),
    entries: new Map(entries.map(({ id, bytes }) => [id, fromBase64(bytes)])),
    leaves: new Map(leaves.map(({ entry_id, log, hash }) => [entry_id, { log, hash: fromBase64(hash) }])),
  });
  return { row, record, standing: toStanding(standing), activation: activation ?? undefined };
}
