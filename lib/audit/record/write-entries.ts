import "server-only";
import type { EntryRows } from "@/lib/context/recorder";
import { type Piece, sql, statementOf } from "@/lib/db/statement";

/** What a statement that writes entries takes. */
export interface NewEntries {
  readonly entries: readonly EntryRows[];
}

/**
 * The rows of any number of entries, for a statement that also makes their changes: entry, parts, a queue row per
 * subject, index row. The statement begins with `ready (go)`: entries are written only if its one row is true. Triggers
 * set `xid`. A caller touches no row of another caller, so appends never wait for each other.
 */
export const WRITE_ENTRIES: Piece<NewEntries> = sql<NewEntries>`
  new_entry AS (
    INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
    SELECT id, log, tenant_id, at, class, outcome, decode(bytes, 'base64')
    FROM json_to_recordset(${({ entries }) => JSON.stringify(entries.map(({ entry }) => entry))}::json)
      AS r(id uuid, log text, tenant_id uuid, at text, class text, outcome text, bytes text)
    WHERE (SELECT go FROM ready)
  ), new_part AS (
    INSERT INTO audit_part (entry_id, c, tenant_id, compartment_id, stored)
    SELECT entry_id, c, tenant_id, compartment_id, decode(stored, 'base64')
    FROM json_to_recordset(${({ entries }) => JSON.stringify(entries.flatMap(({ parts }) => parts))}::json)
      AS r(entry_id uuid, c text, tenant_id uuid, compartment_id uuid, stored text)
    WHERE (SELECT go FROM ready)
  ), new_queue AS (
    INSERT INTO audit_queue (entry_id, tenant_id, subject, action)
    SELECT entry_id, tenant_id, subject, action
    FROM json_to_recordset(${({ entries }) => JSON.stringify(entries.flatMap(({ queue }) => queue))}::json)
      AS r(entry_id uuid, tenant_id uuid, subject text, action text)
    WHERE (SELECT go FROM ready)
  ), new_index AS (
    INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome, purpose, transaction_id, participant_id,
      request_id, grant_id, case_id, is_access, is_suspicion)
    SELECT entry_id, tenant_id, at, actor, action, outcome, purpose, transaction_id, participant_id,
      request_id, grant_id, case_id, is_access, is_suspicion
    FROM json_to_recordset(${({ entries }) => JSON.stringify(entries.map(({ index }) => index))}::json)
      AS r(entry_id uuid, tenant_id uuid, at text, actor text, action text, outcome text, purpose text,
        transaction_id uuid, participant_id text, request_id uuid, grant_id uuid, case_id uuid, is_access boolean,
        is_suspicion boolean)
    WHERE (SELECT go FROM ready)
  )`;

/** Begins a statement whose entries are always written. */
export const ALWAYS: Piece<unknown> = sql`ready (go) AS (SELECT true)`;

/** Writes entries without a change of their own: reads, refusals, and changes that their transaction makes elsewhere. */
export const APPEND_ENTRIES = statementOf<NewEntries, never>(
  "append-entries",
  sql<NewEntries>`WITH ${ALWAYS}, ${WRITE_ENTRIES} SELECT`,
);
