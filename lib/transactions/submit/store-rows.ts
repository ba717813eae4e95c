import "server-only";
import { type NewEntries, WRITE_ENTRIES } from "@/lib/audit/record/write-entries";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { statement } from "@/lib/db/statement";
import { INSERT_WRAPS, type NewWraps } from "@/lib/keys/wraps/store";

/** The rows of new transactions, as JSON has them; bigints are text. */
export interface NewTransactionRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly job_id: string;
  readonly submitter: string;
  readonly status: string;
  readonly confidential: boolean;
  readonly participants: readonly string[];
  readonly digest_list: readonly string[];
  readonly rd?: string;
  readonly meta: string;
  readonly plain?: Json;
  readonly occurred_at?: string;
  readonly created_at: string;
  readonly created_at_us: string;
  readonly create_entry_id: string;
}

export interface NewParticipantRow {
  readonly transaction_id: string;
  readonly participant_id: string;
  readonly tenant_id: string;
  readonly created_at_us: string;
}

export interface NewGroupRow {
  readonly transaction_id: string;
  readonly grp: string;
  readonly gen: number;
  readonly tenant_id: string;
  readonly ep: string;
  readonly field_count: number;
  readonly protected: string;
  readonly iv: string;
  readonly ciphertext: string;
  readonly tag: string;
  readonly bd: string;
  readonly entry_id: string;
}

export interface NewVersionRow {
  readonly transaction_id: string;
  readonly version: number;
  readonly tenant_id: string;
  readonly change: string;
  readonly after: Json;
  readonly at: string;
  readonly by_user_id: string;
  readonly entry_id: string;
}

/** Everything that new transactions store. */
export interface NewTransactions extends NewEntries, NewWraps {
  /** The key versions that the wraps are for, each once. */
  readonly keyVersionIds: readonly string[];
  readonly transactions: readonly NewTransactionRow[];
  readonly participants: readonly NewParticipantRow[];
  readonly groups: readonly NewGroupRow[];
  readonly versions: readonly NewVersionRow[];
}

const keys = ({ keyVersionIds }: NewTransactions) => keyVersionIds;

/**
 * Stores any number of transactions with their entries, or no row at all. First it locks the keys that were sealed to
 * FOR SHARE, so that no one suspends, rotates or destroys them before the commit. Only if all of them are still active
 * it inserts; the transactions come first, so an id that is taken always violates the same constraint. Returns one row:
 * whether it did.
 */
export const STORE_TRANSACTIONS = statement<NewTransactions, { readonly go: boolean }>("store-transactions")`
  WITH locked AS MATERIALIZED (
    SELECT k.id FROM key_version k WHERE k.id = ANY (${keys}::uuid[]) AND k.state = 'active'
    ORDER BY k.participant_id FOR SHARE
  ), ready (go) AS MATERIALIZED (
    SELECT count(*) = cardinality(${keys}::uuid[]) FROM locked
  ), ${WRITE_ENTRIES}, new_transaction AS (
    INSERT INTO transaction (id, tenant_id, job_id, submitter, status, confidential, participants, digest_list, rd,
      meta, plain, occurred_at, created_at, created_at_us, create_entry_id)
    SELECT id, tenant_id, job_id, submitter, status, confidential, participants, digest_list, rd,
      meta, plain, occurred_at, created_at, created_at_us, create_entry_id
    FROM json_to_recordset(${({ transactions }) => JSON.stringify(transactions)}::json) AS r (
      id uuid, tenant_id uuid, job_id text, submitter text, status text, confidential boolean, participants text[],
      digest_list text[], rd text, meta text, plain jsonb, occurred_at text, created_at text, created_at_us bigint,
      create_entry_id uuid)
    WHERE (SELECT go FROM ready)
    RETURNING id
  ), made (go) AS MATERIALIZED (
    SELECT count(*) > 0 FROM new_transaction
  ), new_participant AS (
    INSERT INTO transaction_participant (transaction_id, participant_id, tenant_id, created_at_us)
    SELECT transaction_id, participant_id, tenant_id, created_at_us
    FROM json_to_recordset(${({ participants }) => JSON.stringify(participants)}::json) AS r (
      transaction_id uuid, participant_id text, tenant_id uuid, created_at_us bigint)
    WHERE (SELECT go FROM made)
  ), new_group AS (
    INSERT INTO transaction_group (transaction_id, grp, gen, tenant_id, ep, field_count, protected, iv, ciphertext,
      tag, bd, entry_id)
    SELECT transaction_id, grp, gen, tenant_id, ep, field_count, protected, iv, ciphertext, tag, bd, entry_id
    FROM json_to_recordset(${({ groups }) => JSON.stringify(groups)}::json) AS r (
      transaction_id uuid, grp text, gen int, tenant_id uuid, ep text, field_count int, protected text, iv text,
      ciphertext text, tag text, bd text, entry_id uuid)
    WHERE (SELECT go FROM made)
  ), new_version AS (
    INSERT INTO transaction_version (transaction_id, version, tenant_id, change, after, at, by_user_id, entry_id)
    SELECT transaction_id, version, tenant_id, change, after, at, by_user_id, entry_id
    FROM json_to_recordset(${({ versions }) => JSON.stringify(versions)}::json) AS r (
      transaction_id uuid, version int, tenant_id uuid, change text, after jsonb, at text, by_user_id uuid,
      entry_id uuid)
    WHERE (SELECT go FROM made)
  ), new_wrap AS (
    ${INSERT_WRAPS} WHERE (SELECT go FROM made)
  )
  SELECT go FROM ready`;
