import "server-only";
import type { Pool, PoolClient } from "pg";
import { z } from "zod";
import type { CompartmentKind, EntryRows } from "@/lib/context/recorder";
import { mapDatabaseError } from "@/lib/db/errors";
import type { Running } from "@/lib/db/statement";
import { COMPARTMENT_KINDS } from "../entry/event";
import { APPEND_ENTRIES } from "./write-entries";

/** Writes entries in the caller's transaction, as one statement. */
export async function insertEntriesWith({ run }: Running, rows: readonly EntryRows[]): Promise<void> {
  await run(APPEND_ENTRIES, { entries: rows });
}

/** Writes many entries as one statement: in its own transaction, unless the connection is already in one. */
export async function insertEntries(pool: Pool | PoolClient, rows: readonly EntryRows[]): Promise<void> {
  try {
    const { name, text } = APPEND_ENTRIES;
    await pool.query({ name, text, values: APPEND_ENTRIES.values({ entries: rows }) });
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

/** How many compartments of one name are checked at most. */
const MOST_OF_A_NAME = 1_000;

/** Returns the live compartments of a name by their number. At most one of them opens. */
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
