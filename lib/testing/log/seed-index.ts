import "server-only";
import { Client } from "pg";
import { checkpointText } from "@/lib/audit/entry/checkpoint";
import { signWholeNote } from "@/lib/audit/entry/note-line";
import { edgeTiles, growTiles } from "@/lib/audit/entry/tiles";
import { readTiles, writeTiles } from "@/lib/audit/sequencer/store";
import { Frontier } from "@/lib/crypto/log/merkle";
import type { AuditBench } from "@/lib/testing/benches/audit-bench";
import { pastTriggers } from "./past-triggers";

/** Leaves added to the tiles at once. */
const STEP = 8_000;

/** Columns of `entry_values`, which give seeded entry number n its search values, skewed like real ones. */
const VALUES = `
  to_char(timestamp '2026-01-01' + n * interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS".000000Z"') AS at,
  'u_' || CASE WHEN n % 3 = 0 THEN '0' ELSE (n % 997)::text END AS actor,
  CASE WHEN n % 1000 = 7 THEN 'grant.revoke' WHEN n % 10 = 0 THEN 'disclosure.open' ELSE 'transaction.read' END AS action,
  CASE WHEN n % 2000 = 5 THEN 'failed' WHEN n % 50 = 0 THEN 'denied' ELSE 'done' END AS outcome,
  CASE WHEN n % 5000 = 9 THEN 'dispute' WHEN n % 4 = 0 THEN 'settlement' END AS purpose,
  CASE WHEN n % 2 = 0 THEN ('00000000-0000-4000-8000-' || lpad(to_hex(n / 40), 12, '0'))::uuid END AS transaction_id,
  CASE WHEN n % 5 = 0 THEN 'participant-' || n % 500 END AS participant_id,
  CASE WHEN n % 20 = 0 THEN ('00000000-0000-4000-9000-' || lpad(to_hex(n / 400), 12, '0'))::uuid END AS request_id,
  CASE WHEN n % 25 = 0 THEN ('00000000-0000-4000-a000-' || lpad(to_hex(n / 500), 12, '0'))::uuid END AS grant_id,
  n % 10 = 0 AS is_access`;

/**
 * Puts `count` entries straight into an empty log, with their leaves, tiles and a checkpoint, as the superuser and past every trigger. For
 * tests of how much the log's queries read, not of their content: the bytes are not valid entries.
 */
export async function seedIndex(bench: AuditBench, count: number): Promise<void> {
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  try {
    await pastTriggers(admin, ["audit_entry", "audit_leaf", "audit_index"], () =>
      insertRows(admin, bench, count),
    );
    await admin.query("VACUUM ANALYZE audit_entry, audit_leaf, audit_index");
  } finally {
    await admin.end();
  }
  await seedTree(bench, count);
}

async function insertRows(admin: Client, { place }: AuditBench, count: number): Promise<void> {
  const { log, tenantId } = place;
  await admin.query(`CREATE TEMP TABLE entry_values AS
      SELECT n, gen_random_uuid() AS id, convert_to('{"n":' || n || '}', 'UTF8') AS bytes, ${VALUES}
      FROM generate_series(0, ${count - 1}) AS n`);
  await admin.query(
    `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
       SELECT id, $1, $2::uuid, at, 'log', outcome, bytes FROM entry_values`,
    [log, tenantId],
  );
  await admin.query(
    `INSERT INTO audit_leaf (log, seq, entry_id, tenant_id, leaf_hash, chain)
       SELECT $1, n, id, $2::uuid, sha256('\\x00'::bytea || bytes), '\\x00' FROM entry_values`,
    [log, tenantId],
  );
  await admin.query(
    `INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome, purpose, transaction_id,
         participant_id, request_id, grant_id, is_access)
       SELECT id, $1::uuid, at, actor, action, outcome, purpose, transaction_id, participant_id, request_id, grant_id,
         is_access FROM entry_values`,
    [tenantId],
  );
}

/** Makes tiles and a checkpoint over the leaves in the log. */
export async function seedTree(bench: AuditBench, count: number): Promise<void> {
  const { log, tenantId } = bench.place;
  const { rows } = await bench.appPool.query("SELECT leaf_hash FROM audit_leaf ORDER BY seq");
  const leaves = rows.map((row: { leaf_hash: Uint8Array }) => row.leaf_hash);
  const frontier = Frontier.from(0, []);
  for (const leaf of leaves) frontier.append(leaf);
  const client = await bench.sequencerPool.connect();
  try {
    for (let size = 0; size < leaves.length; size += STEP) {
      const edge = await readTiles(client, log, edgeTiles(size));
      await writeTiles(client, bench.place, growTiles(edge, size, leaves.slice(size, size + STEP)));
    }
  } finally {
    client.release();
  }
  const root = frontier.root();
  const signer = { ...bench.cx.audit.receiptSigner, name: log, sign: bench.cx.audit.sign };
  const note = await signWholeNote(signer, checkpointText({ origin: log, size: count, root }));
  await bench.sequencerPool.query(
    "INSERT INTO audit_checkpoint (log, size, tenant_id, root, note) VALUES ($1, $2, $3, $4, $5)",
    [log, count, tenantId, Buffer.from(root), note],
  );
}
