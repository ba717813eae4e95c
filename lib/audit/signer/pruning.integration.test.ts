import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Clock, fixedClock, systemClock } from "@/lib/clock";
import { toBase64url } from "@/lib/crypto/bytes";
import { openNote } from "@/lib/crypto/log/signed-note";
import { openOwnerPool } from "@/lib/db/migrate";
import { openPool } from "@/lib/db/pool";
import { withProof } from "@/lib/ipc/peer-proof";
import { serveHttp } from "@/lib/ipc/server";
import { loadSigningKey, type SigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench, createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { type Checkpoint, parseCheckpointText } from "../entry/checkpoint";
import type { AuditEvent } from "../entry/event";
import { recordEvent } from "../record/record-event";
import { pruneDue } from "../retention/run-retention";
import { pruneLog } from "../retention/store";
import { insertCheckpoint } from "../sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { type EntryFile, openEntryFile } from "./entry-file";
import { signerHandler } from "./serve-signer";
import { type CheckpointSigner, signCheckpoint } from "./sign-checkpoint";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };
const YEAR_MS = 365 * 86_400_000;

let bench: AuditBench;
let owner: Pool;
let retention: Pool;
let dir: string;
let key: SigningKey;
let file: EntryFile;

beforeEach(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
  owner = openOwnerPool(bench.database.adminUrl, bench.database.tenantId);
  await asSuperuser(["tenant"], async (admin) => {
    const { tenantId, tenantPseudonym, log } = bench.cx.instance;
    await admin.query("INSERT INTO tenant (id, name, pseudonym, log_origin) VALUES ($1, 'T', $2, $3)", [
      tenantId,
      tenantPseudonym,
      log,
    ]);
  });
  retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
  dir = path.join(await mkdtemp(path.join(tmpdir(), "sp-past-")), "log");
  key = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
  file = await openEntryFile(dir, bench.place.log);
});
afterEach(async () => {
  await file.close();
  await Promise.all([owner.end(), retention.end()]);
  await bench.close();
});

function from(clock: Clock = systemClock): CheckpointSigner {
  return { pool: bench.signerPool, file, log: bench.place.log, signer: key, clock };
}

async function sign(clock?: Clock): Promise<Checkpoint> {
  while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
  const note = await signCheckpoint(from(clock));
  const checkpoint = parseCheckpointText(openNote(note, [key.vkey]).text);
  await insertCheckpoint(bench.sequencerPool, bench.place, { ...checkpoint, note }, []);
  return checkpoint;
}

async function grow(count: number, years = 0): Promise<void> {
  const clock = fixedClock(new Date(Date.now() - years * YEAR_MS));
  await Promise.all(Array.from({ length: count }, () => recordEvent({ ...bench.cx, clock }, EVENT)));
  while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
}

/** Runs a change without the guards of some tables, and restores them afterwards. */
async function asSuperuser(tables: readonly string[], act: (admin: Pool) => Promise<void>): Promise<void> {
  const admin = openPool({ url: bench.database.adminUrl, maxConnections: 1 });
  for (const table of tables) await admin.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  await act(admin);
  const { rows } = await admin.query(
    `SELECT format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', c.relname, t.tgname) AS text
     FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relname = ANY ($1)`,
    [tables],
  );
  for (const { text } of rows) await admin.query(text);
  await admin.end();
}

/** Acts as the database owner can: drops the guards, deletes recent entries, and records that they were pruned. */
async function forge(minimum: number, of: { size: number; root: Uint8Array }): Promise<void> {
  const gone = "(SELECT entry_id FROM audit_leaf WHERE seq > 0 AND seq < $1)";
  await asSuperuser(["audit_entry", "audit_part", "audit_index"], async (admin) => {
    for (const table of ["audit_part", "audit_index"])
      await admin.query(`DELETE FROM ${table} WHERE entry_id IN ${gone}`, [minimum]);
    await admin.query(`DELETE FROM audit_entry WHERE id IN ${gone}`, [minimum]);
  });
  await plant(minimum, of);
}

/** Writes, as the owner, an entry of pruning with its row, as the function audit_prune does. */
async function plant(minimum: number, of: { size: number; root: Uint8Array }): Promise<void> {
  const client = await owner.connect();
  try {
    await client.query("BEGIN");
    const pub = `{"prune":{"checkpoint":{"root":"${toBase64url(of.root)}","size":${of.size}},"minimum":${minimum}}}`;
    const { rows } = await client.query(
      "SELECT audit_write('done', 'retention', 'log.prune', $1, NULL) AS id",
      [pub],
    );
    await client.query(
      `INSERT INTO audit_prune (entry_id, tenant_id, log, minimum, size, removed, kept) VALUES ($1, $2, $3, $4, $5, 0, 0)`,
      [rows[0].id, bench.place.tenantId, bench.place.log, minimum, of.size],
    );
    await client.query("COMMIT");
  } finally {
    client.release();
  }
}

describe("the signer and recorded prunings", () => {
  it("signs no tree in which the database owner pruned recent entries, and gives the reason", async () => {
    await grow(300);
    const signed = await sign();
    await forge(200, signed);
    await expect(sign()).rejects.toMatchObject({ reason: "prune", seq: 300 });
    expect(file.state.size).toBe(300);

    const lines: string[] = [];
    const handler = signerHandler(
      from(),
      createLogger("test", "info", { write: (line) => void lines.push(line) }),
    );
    const call = (method: string, at: string) =>
      handler({ method, path: at, query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) });
    expect(await call("POST", "/checkpoint")).toMatchObject({
      status: 409,
      body: { reason: "prune", seq: 300 },
    });
    expect((await call("GET", "/healthz")).body).toMatchObject({ refusing: { reason: "prune", seq: 300 } });
    expect(lines.join("")).toContain('"alarm":"signer.refused","reason":"prune"');
  });

  it("uses its own copy and its own days, whatever the database says about age and periods", async () => {
    await grow(300, 3);
    await sign();
    await owner.query("SELECT audit_take_retention($1)", ['{"classes": {"*": 1}, "roles": {"*": 365}}']);
    await sign();
    expect(await pruneLog(retention, 200)).toMatchObject({ outcome: "done" });
    await expect(sign()).rejects.toMatchObject({ reason: "prune" });
  });

  it("signs the pruning of entries past its own days, also after a restart", async () => {
    await grow(300, 9);
    await sign();
    expect(await pruneLog(retention, 100)).toMatchObject({ outcome: "done" });
    await sign();
    await file.close();
    file = await openEntryFile(dir, bench.place.log);
    expect(await pruneLog(retention, 300)).toMatchObject({ outcome: "done" });
    expect((await sign()).size).toBe(302);
  });

  it("refuses a pruning that names a root it never signed, more than it signed, or has an invalid form", async () => {
    await grow(300, 9);
    const signed = await sign();
    await plant(100, { size: 300, root: new Uint8Array(32) });
    await expect(sign()).rejects.toMatchObject({ reason: "prune", seq: 300 });
    expect(signed.size).toBe(300);
  });

  it("refuses a pruning of entries that it has not signed yet", async () => {
    await grow(300, 9);
    const signed = await sign();
    await grow(20, 9);
    await plant(310, signed);
    await expect(sign()).rejects.toMatchObject({ reason: "prune", seq: 320 });
  });

  it("signs a pruning also when the tree has grown past the newest checkpoint meanwhile", async () => {
    await grow(300, 9);
    const signed = await sign();
    await grow(20, 9);
    expect(await pruneLog(retention, 100)).toMatchObject({ outcome: "done" });
    await sign();
    const { rows } = await bench.appPool.query("SELECT size FROM audit_prune");
    expect(rows).toEqual([{ size: String(signed.size) }]);
  });

  it("the worker asks it and prunes only what it would sign, and no entry while it does not answer", async () => {
    await grow(600, 9);
    await sign();
    const signerUrl = `unix:${path.dirname(dir)}/s.sock`;
    const logger = createLogger("test", "silent");
    const options = {
      ...bench.place,
      pool: retention,
      appPool: bench.appPool,
      signerUrl,
      logVkey: key.vkey,
      logger,
    };
    const minimum = async () => (await bench.appPool.query("SELECT minimum FROM audit_prune")).rows;
    expect(await pruneDue(options)).toEqual({ more: false });
    const strict = await serveHttp(
      signerUrl,
      withProof(signerHandler({ ...from(), floorDays: 4_000 }, logger), key),
    );
    expect(await pruneDue(options)).toEqual({ more: false });
    expect(await minimum()).toEqual([]);
    await strict.close();
    const usual = await serveHttp(signerUrl, withProof(signerHandler(from(), logger), key));
    await pruneDue(options);
    await usual.close();
    expect(await minimum()).toEqual([{ minimum: "512" }]);
    expect((await sign()).size).toBe(601);
  });
});

describe("the place of a pruned entry", () => {
  it("cannot be used again, neither its id nor its number, by any login or function", async () => {
    await grow(300, 9);
    await sign();
    const { rows } = await bench.appPool.query(
      "SELECT e.* FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id WHERE l.seq = 7",
    );
    const [{ id, log, tenant_id, at, class: kind, outcome, bytes }] = rows;
    expect(await pruneLog(retention, 100)).toMatchObject({ outcome: "done" });
    await sign();
    const insert = [
      "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      [id, log, tenant_id, at, kind, outcome, Buffer.from(bytes.toString("utf8").replace("t_", "u_"))],
    ] as const;
    const taken = /has its place in the tree already/;
    await expect(bench.appPool.query(insert[0], [...insert[1]])).rejects.toThrow(taken);
    await expect(owner.query(insert[0], [...insert[1]])).rejects.toThrow(taken);
    // A function of the owner that sets the same mark as the database's own functions.
    for (const door of ["prune", "erase", "recovery"]) {
      const client = await owner.connect();
      await client.query("BEGIN");
      await client.query("SELECT set_config($1, pg_current_xact_id()::text, true)", [`sealport.${door}`]);
      await expect(client.query(insert[0], [...insert[1]])).rejects.toThrow(taken);
      await client.query("ROLLBACK");
      client.release();
    }
    const other = await recordEvent(bench.cx, EVENT);
    const leaf = `INSERT INTO audit_leaf (log, seq, entry_id, tenant_id, leaf_hash, chain) VALUES ($1, 7, $2, $3, '', '')`;
    for (const pool of [bench.sequencerPool, owner])
      await expect(pool.query(leaf, [log, other.id, tenant_id])).rejects.toThrow("audit_leaf_pkey");
    expect((await sign()).size).toBe(302);
  });
});
