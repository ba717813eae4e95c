import "server-only";
import type { PoolClient } from "pg";
import { z } from "zod";
import type { LogPlace } from "../sequencer/store";

/** The case id of rows whose facts are lost. No agency has this case, so only readers of every case see the rows. */
export const NO_CASE = "00000000-0000-0000-0000-000000000000";

/** A log, and the key that signs its checkpoints. */
export interface SignedLog extends LogPlace {
  readonly logVkey: string;
}

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Marks this transaction as a recovery (or as a repeated erasure). Only the owner's login can do so with effect. */
export async function openDoor(client: PoolClient, door: "recovery" | "erase"): Promise<void> {
  await client.query("SELECT set_config($1, pg_current_xact_id()::text, true)", [`sealport.${door}`]);
}

const HeadRow = z.object({ size: Seq, closed: z.boolean() });

/** Locks the head and returns its size: no sequencer integrates until this transaction ends. */
export async function lockSize(
  client: PoolClient,
  log: string,
): Promise<z.infer<typeof HeadRow> | undefined> {
  const { rows } = await client.query(
    "SELECT size, closed_at IS NOT NULL AS closed FROM audit_head WHERE log = $1 FOR UPDATE",
    [log],
  );
  return z.array(HeadRow).parse(rows)[0];
}

const LeafRow = z.object({ seq: Seq, leaf_hash: Bytes, chain: Bytes });
export type StoredLeaf = z.infer<typeof LeafRow>;

export async function readLeavesFrom(
  client: PoolClient,
  log: string,
  from: number,
  count: number,
): Promise<StoredLeaf[]> {
  const { rows } = await client.query(
    "SELECT seq, leaf_hash, chain FROM audit_leaf WHERE log = $1 AND seq >= $2 AND seq < $3 ORDER BY seq",
    [log, from, from + count],
  );
  return z.array(LeafRow).parse(rows);
}

/** Removes leaves that were never signed from the tree; their entries return to the queue. */
export async function unwindLeaves(client: PoolClient, place: LogPlace, from: number): Promise<number> {
  const { rows } = await client.query(
    "DELETE FROM audit_leaf WHERE log = $1 AND seq >= $2 RETURNING entry_id",
    [place.log, from],
  );
  const ids = z.array(z.object({ entry_id: z.string() })).parse(rows);
  await client.query(
    `INSERT INTO audit_queue (entry_id, tenant_id, subject, action)
     SELECT e.id, e.tenant_id, 'entry:' || e.id, coalesce(i.action, 'log.recovered')
     FROM audit_entry e LEFT JOIN audit_index i ON i.entry_id = e.id WHERE e.id = ANY ($1::uuid[])`,
    [ids.map((row) => row.entry_id)],
  );
  return ids.length;
}

/** Removes tiles that begin at or beyond a size: at level L, index i covers leaves from 256^(L+1)·i on. */
export async function dropTilesBeyond(client: PoolClient, log: string, size: number): Promise<void> {
  await client.query(
    `DELETE FROM audit_tile WHERE log = $1 AND (index::numeric * power(256::numeric, level + 1) >= $2)`,
    [log, size],
  );
}

/** Returns the number of entries under the database's newest checkpoint of a log. */
export async function readAnchored(client: PoolClient, log: string): Promise<number> {
  const { rows } = await client.query(
    "SELECT coalesce(max(size), 0) AS size FROM audit_checkpoint WHERE log = $1",
    [log],
  );
  return z.object({ size: Seq }).parse(rows[0]).size;
}

const CheckpointRow = z.object({ size: Seq, note: z.string() });

/** Returns the database's newest checkpoint of a log, with its signed note. */
export async function readNewestCheckpoint(
  client: PoolClient,
  log: string,
): Promise<z.infer<typeof CheckpointRow> | undefined> {
  const { rows } = await client.query(
    "SELECT size, note FROM audit_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1",
    [log],
  );
  return z.array(CheckpointRow).parse(rows)[0];
}

const EntryRow = z.object({ id: z.string(), bytes: Bytes });

/** Returns the stored bytes of the named entries that the restored database has. */
export async function findEntries(
  client: PoolClient,
  ids: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const { rows } = await client.query("SELECT id, bytes FROM audit_entry WHERE id = ANY ($1::uuid[])", [
    [...ids],
  ]);
  return new Map(
    z
      .array(EntryRow)
      .parse(rows)
      .map((row) => [row.id, row.bytes]),
  );
}

/** An entry whose bytes are restored. All its other data is lost. */
export interface ReturnedEntry {
  readonly id: string;
  readonly at: string;
  readonly class: string;
  readonly outcome: string;
  readonly bytes: Uint8Array;
}

/**
 * Restores entries with an index row that has only time and class. Whether they had a case is lost with their sealed
 * parts. So they get a case that no agency has: only readers of every case see them.
 */
export async function insertReturned(
  client: PoolClient,
  place: LogPlace,
  entries: readonly ReturnedEntry[],
): Promise<void> {
  const column = <K extends keyof ReturnedEntry>(name: K) => entries.map((entry) => entry[name]);
  const bytes = entries.map((entry) => Buffer.from(entry.bytes));
  const values = [place.log, place.tenantId, column("id"), column("at"), column("class"), column("outcome")];
  await client.query(
    `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
     SELECT id, $1, $2, at, class, outcome, bytes
     FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::bytea[]) AS t(id, at, class, outcome, bytes)`,
    [...values, bytes],
  );
  await client.query(
    `INSERT INTO audit_index (entry_id, tenant_id, at, action, outcome, case_id)
     SELECT id, $1, at, 'log.recovered', outcome, $2 FROM unnest($3::uuid[], $4::text[], $5::text[]) AS t(id, at, outcome)`,
    [place.tenantId, NO_CASE, column("id"), column("at"), column("outcome")],
  );
}

/** Writes an entry of the database itself, without a sealed part; `pub` is JCS. Returns its id. */
export async function writePlain(
  client: PoolClient,
  entry: {
    readonly class: "log" | "retention";
    readonly action: string;
    readonly pub: string;
    readonly subjects?: readonly string[];
  },
): Promise<string> {
  const { rows } = await client.query("SELECT audit_write('done', $1, $2, $3, $4) AS id", [
    entry.class,
    entry.action,
    entry.pub,
    entry.subjects === undefined ? null : [...entry.subjects],
  ]);
  return z.array(z.object({ id: z.string() })).parse(rows)[0]?.id ?? "";
}

export async function insertRecovery(
  client: PoolClient,
  place: LogPlace,
  recovery: {
    readonly entryId: string;
    readonly from: number;
    readonly to: number;
    readonly assurance: string;
    readonly statements: unknown;
  },
): Promise<void> {
  await client.query(
    `INSERT INTO audit_recovery (entry_id, tenant_id, log, from_seq, to_seq, assurance, statements)
     VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)`,
    [
      recovery.entryId,
      place.tenantId,
      place.log,
      recovery.from,
      recovery.to,
      recovery.assurance,
      JSON.stringify(recovery.statements),
    ],
  );
}

const LiveKey = z.object({ id: z.string(), subject: z.string(), sealed_key: Bytes });
export type LiveKey = z.infer<typeof LiveKey>;

/** Returns people's compartments whose keys the restored database still has. */
export async function listLivePersons(client: PoolClient, tenantId: string): Promise<LiveKey[]> {
  const { rows } = await client.query(
    `SELECT id, subject, sealed_key FROM audit_compartment
     WHERE tenant_id = $1 AND kind = 'subject' AND destroyed_at IS NULL AND sealed_key IS NOT NULL`,
    [tenantId],
  );
  return z.array(LiveKey).parse(rows);
}

export async function destroyKey(client: PoolClient, id: string): Promise<void> {
  await client.query("UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1", [
    id,
  ]);
  await client.query("SELECT pg_notify('sealport_erased', $1)", [id]);
}

/** Closes a log for ever: it accepts no more entries. */
export async function closeHead(client: PoolClient, log: string): Promise<void> {
  await client.query("UPDATE audit_head SET closed_at = now() WHERE log = $1", [log]);
}

/** Sets the tenant's log from here on. Every process is then started with this origin. */
export async function renameLog(client: PoolClient, place: LogPlace): Promise<void> {
  await client.query("UPDATE tenant SET log_origin = $2 WHERE id = $1", [place.tenantId, place.log]);
}

/** Returns the origin of the tenant's log. */
export async function findOrigin(client: PoolClient, tenantId: string): Promise<string | undefined> {
  const { rows } = await client.query("SELECT log_origin AS origin FROM tenant WHERE id = $1", [tenantId]);
  return z.array(z.object({ origin: z.string() })).parse(rows)[0]?.origin;
}

/**
 * The custodian's confirmations for a closed log are repeated for the next one: the worker registers the custodian
 * again.
 */
export async function forgetRegistrations(client: PoolClient, tenantId: string): Promise<void> {
  await client.query(
    `UPDATE escrow_registration r SET kid = NULL, signature = NULL, problem = NULL, registered_at = NULL,
       due_at = CASE WHEN EXISTS (SELECT 1 FROM escrow_registration n WHERE n.transaction_id = r.transaction_id
         AND n.grp = r.grp AND n.gen > r.gen) THEN NULL ELSE now() END
     WHERE tenant_id = $1`,
    [tenantId],
  );
}

/** Returns the bytes of an entry that this transaction has just written. */
export async function readBytes(client: PoolClient, entryId: string): Promise<Uint8Array> {
  const { rows } = await client.query("SELECT id, bytes FROM audit_entry WHERE id = $1", [entryId]);
  return z.array(EntryRow).length(1).parse(rows)[0]?.bytes ?? new Uint8Array();
}

/** Makes the database check this transaction's entries at its end, whatever it checked before. */
export async function deferConstraints(client: PoolClient): Promise<void> {
  await client.query("SET CONSTRAINTS ALL DEFERRED");
}

export async function readPseudonym(client: PoolClient, tenantId: string): Promise<string> {
  const { rows } = await client.query("SELECT pseudonym FROM tenant WHERE id = $1", [tenantId]);
  return (
    z
      .array(z.object({ pseudonym: z.string() }))
      .length(1)
      .parse(rows)[0]?.pseudonym ?? ""
  );
}
