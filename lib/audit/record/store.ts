import "server-only";
import type { Pool, PoolClient } from "pg";
import { z } from "zod";
import type { CompartmentKind, EntryRows } from "@/lib/context/recorder";
import { mapDatabaseError } from "@/lib/db/errors";
import type { Tx } from "@/lib/db/transaction";
import { COMPARTMENT_KINDS } from "../entry/event";

/**
 * One statement for any number of entries: entry, parts, a queue row per subject, index row. Triggers set `xid`. A
 * caller touches no row of another caller, so appends never wait for each other.
 */
const INSERT_ENTRIES = `
WITH e AS (
  INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
  SELECT id, log, tenant_id, at, class, outcome, decode(bytes, 'base64')
  FROM json_to_recordset($1::json) AS r(id uuid, log text, tenant_id uuid, at text, class text, outcome text, bytes text)
), p AS (
  INSERT INTO audit_part (entry_id, c, tenant_id, compartment_id, stored)
  SELECT entry_id, c, tenant_id, compartment_id, decode(stored, 'base64')
  FROM json_to_recordset($2::json) AS r(entry_id uuid, c text, tenant_id uuid, compartment_id uuid, stored text)
), q AS (
  INSERT INTO audit_queue (entry_id, tenant_id, subject, action)
  SELECT entry_id, tenant_id, subject, action
  FROM json_to_recordset($3::json) AS r(entry_id uuid, tenant_id uuid, subject text, action text)
)
INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome, purpose, transaction_id, participant_id,
  request_id, grant_id, case_id, is_access, is_suspicion)
SELECT entry_id, tenant_id, at, actor, action, outcome, purpose, transaction_id, participant_id,
  request_id, grant_id, case_id, is_access, is_suspicion
FROM json_to_recordset($4::json) AS r(entry_id uuid, tenant_id uuid, at text, actor text, action text, outcome text,
  purpose text, transaction_id uuid, participant_id text, request_id uuid, grant_id uuid, case_id uuid,
  is_access boolean, is_suspicion boolean)`;

function parameters(rows: readonly EntryRows[]): [string, string, string, string] {
  return [
    JSON.stringify(rows.map((row) => row.entry)),
    JSON.stringify(rows.flatMap((row) => row.parts)),
    JSON.stringify(rows.flatMap((row) => row.queue)),
    JSON.stringify(rows.map((row) => row.index)),
  ];
}

/** Writes entries in the caller's transaction, as one statement. */
export async function insertEntriesWith(tx: Tx, rows: readonly EntryRows[]): Promise<void> {
  await tx.$executeRawUnsafe(INSERT_ENTRIES, ...parameters(rows));
}

/** Writes many entries as one statement: in its own transaction, unless the connection is already in one. */
export async function insertEntries(pool: Pool | PoolClient, rows: readonly EntryRows[]): Promise<void> {
  try {
    await pool.query({ name: "audit-append", text: INSERT_ENTRIES, values: parameters(rows) });
  } catch (error) {
    throw mapDatabaseError(error);
  }
}

/** A compartment's row. Without a sealed key, the key was destroyed. */
export interface CompartmentRow {
  readonly id: string;
  readonly tenantId: string;
  readonly kind: CompartmentKind;
  readonly subject: string;
  readonly sealedKey: Uint8Array | undefined;
}

const CompartmentRecord = z.object({
  id: z.string(),
  tenant_id: z.string(),
  kind: z.enum(COMPARTMENT_KINDS),
  subject: z.string(),
  sealed_key: z.instanceof(Uint8Array).nullable(),
});

function toCompartmentRow(record: unknown): CompartmentRow {
  const row = CompartmentRecord.parse(record);
  return {
    id: row.id,
    tenantId: row.tenant_id,
    kind: row.kind,
    subject: row.subject,
    sealedKey: row.sealed_key ?? undefined,
  };
}

const COMPARTMENT = "SELECT id, tenant_id, kind, subject, sealed_key FROM audit_compartment";

/** A live compartment. Compartments of one name are numbered. */
export interface NumberedCompartment extends CompartmentRow {
  readonly nth: number;
}

/** Most compartments of one name that are checked. */
const MOST_OF_A_NAME = 1_000;

/** Returns the live compartments of a name by their number. All but one of them do not open. */
export async function findLiveCompartments(
  pool: Pool,
  name: { readonly tenantId: string; readonly kind: CompartmentKind; readonly subject: string },
): Promise<NumberedCompartment[]> {
  const text = `SELECT id, tenant_id, kind, subject, sealed_key, nth FROM audit_compartment
    WHERE tenant_id = $1 AND kind = $2 AND subject = $3 AND destroyed_at IS NULL ORDER BY nth LIMIT ${MOST_OF_A_NAME}`;
  const rows = await query(pool, text, [name.tenantId, name.kind, name.subject]);
  return rows.map((row) => ({ ...toCompartmentRow(row), nth: z.object({ nth: z.int() }).parse(row).nth }));
}

/** Returns compartments by id. A row with an unknown kind is ignored and opens nothing. */
export async function findCompartments(pool: Pool, ids: readonly string[]): Promise<CompartmentRow[]> {
  const text = `${COMPARTMENT} WHERE id = ANY ($1::uuid[]) AND kind = ANY ($2::text[])`;
  const rows = await query(pool, text, [[...ids], [...COMPARTMENT_KINDS]]);
  return rows.map(toCompartmentRow);
}

/** Creates the compartment unless another process was first. */
export async function createCompartment(
  pool: Pool,
  row: Omit<NumberedCompartment, "sealedKey"> & { readonly sealedKey: Uint8Array },
): Promise<void> {
  await query(
    pool,
    `INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key, nth) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant_id, kind, subject, nth) WHERE destroyed_at IS NULL DO NOTHING`,
    [row.id, row.tenantId, row.kind, row.subject, Buffer.from(row.sealedKey), row.nth],
  );
}

async function query(pool: Pool, text: string, values: unknown[]): Promise<unknown[]> {
  try {
    return (await pool.query(text, values)).rows;
  } catch (error) {
    throw mapDatabaseError(error);
  }
}
