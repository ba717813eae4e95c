import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fixedClock, systemClock } from "@/lib/clock";
import { toBase64 } from "@/lib/crypto/bytes";
import { consistencyProofFrom } from "@/lib/crypto/log/merkle";
import { cosignerVkey, openNote } from "@/lib/crypto/log/signed-note";
import { callService } from "@/lib/ipc/client";
import { serveHttp } from "@/lib/ipc/server";
import { loadSigningKey, type SigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench, createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { parseCheckpointText } from "../entry/checkpoint";
import type { AuditEvent } from "../entry/event";
import { recordEvent } from "../record/record-event";
import { insertCheckpoint, readLastCheckpoint } from "../sequencer/checkpoint-store";
import { publishCheckpoint } from "../sequencer/checkpointer";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { storedNodes } from "../sequencer/store";
import { openHeadFile } from "../witness/head-file";
import { witnessHandler } from "../witness/serve-witness";
import { type EntryFile, openEntryFile } from "./entry-file";
import { askOnce, signerHandler } from "./serve-signer";
import { type CheckpointSigner, signCheckpoint, signLast } from "./sign-checkpoint";
import { bringUpMark, openSignedMark, type SignedTree } from "./signed-mark";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };
const logger = createLogger("test", "silent");

let bench: AuditBench;
let dir: string;
let key: SigningKey;
let file: EntryFile;

beforeEach(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
  dir = await mkdtemp(path.join(tmpdir(), "sealport-signer-"));
  key = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
  file = await openEntryFile(path.join(dir, "log"), bench.place.log);
});
afterEach(async () => {
  await file.close();
  await bench.close();
});

function from(overrides: Partial<CheckpointSigner> = {}): CheckpointSigner {
  return {
    pool: bench.signerPool,
    file,
    log: bench.place.log,
    signer: key,
    clock: systemClock,
    ...overrides,
  };
}

async function grow(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => recordEvent(bench.cx, EVENT)));
  await integrateBatch(bench.sequencerPool, bench.place);
}

/** Changes the database as its owner could, without any trigger. */
async function tamper(statement: string): Promise<void> {
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  try {
    const { rows } = await admin.query(
      "SELECT oid::regclass AS table FROM pg_class WHERE relkind = 'r' AND relname ~ '^(audit|true)_(entry|leaf|head)$'",
    );
    for (const { table } of rows) await admin.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}

describe("the checkpoint signer", () => {
  it("signs a tree it recomputed and holds, and each next one extends the last", async () => {
    await grow(5);
    const first = openNote(await signCheckpoint(from()), [key.vkey]);
    expect(first.verified).toHaveLength(1);
    expect(parseCheckpointText(first.text).size).toBe(5);
    await grow(300);
    const second = parseCheckpointText(openNote(await signCheckpoint(from()), [key.vkey]).text);
    expect(second.size).toBe(305);
    expect(file.state.size).toBe(305);
  });

  it("signs no checkpoint for an empty log", async () => {
    await expect(signCheckpoint(from())).rejects.toMatchObject({ reason: "empty" });
  });

  it("refuses a shorter tree, a fork, changed bytes and a gap", async () => {
    await grow(4);
    await signCheckpoint(from());
    await grow(4);
    await tamper("UPDATE audit_head SET root = sha256('forged')");
    await expect(signCheckpoint(from())).rejects.toMatchObject({ reason: "fork" });
    await tamper(
      "UPDATE audit_entry SET bytes = bytes || 'x' WHERE id = (SELECT entry_id FROM audit_leaf WHERE seq = 6)",
    );
    await expect(signCheckpoint(from())).rejects.toMatchObject({ reason: "content", seq: 6 });
    await tamper("DELETE FROM audit_leaf WHERE seq = 5");
    await expect(signCheckpoint(from())).rejects.toMatchObject({ reason: "gap", seq: 5 });
    await tamper("UPDATE audit_head SET size = 3");
    await expect(signCheckpoint(from())).rejects.toMatchObject({ reason: "shorter" });
    expect(file.state.size).toBe(4);
  });

  it("stops reading when the head claims more entries than exist, and does not take a hidden head for an empty log", async () => {
    await grow(4);
    await signCheckpoint(from());
    await tamper(`UPDATE audit_head SET size = ${Number.MAX_SAFE_INTEGER}`);
    await expect(signCheckpoint(from())).rejects.toMatchObject({ reason: "gap", seq: 4 });
    await tamper("DELETE FROM audit_head");
    await expect(signCheckpoint(from())).rejects.toMatchObject({ reason: "shorter", seq: 0 });
    expect(file.state.size).toBe(4);
  });

  it("reads one head and only numbers, however much data the owner would return", async () => {
    await grow(4);
    // A second head, and a text in place of a number, make this view fail. A reader that loads them would need too
    // much memory.
    await tamper(
      `ALTER TABLE audit_head RENAME TO true_head;
       CREATE VIEW audit_head AS SELECT h.log, h.size / (2 - n) AS size, h.root FROM true_head h, generate_series(1, 2) n;
       GRANT SELECT ON audit_head TO sealport_signer`,
    );
    expect(parseCheckpointText(openNote(await signCheckpoint(from()), [key.vkey]).text).size).toBe(4);
    await tamper(
      `UPDATE true_head SET size = size + 1;
       ALTER TABLE audit_leaf RENAME TO true_leaf;
       CREATE VIEW audit_leaf AS SELECT log, seq + 1 || '.0' AS seq, entry_id, leaf_hash FROM true_leaf;
       GRANT SELECT ON audit_leaf TO sealport_signer`,
    );
    await expect(signCheckpoint(from())).rejects.toThrow("invalid input syntax for type bigint");
  });

  it("does not overwrite what another process has signed with the same store", async () => {
    await grow(4);
    await signCheckpoint(from());
    const other = await openEntryFile(path.join(dir, "log"), bench.place.log);
    await grow(2);
    await signCheckpoint(from());
    const held = await readFile(path.join(dir, "log", "entries.log"));
    await grow(3);
    await expect(signCheckpoint(from({ file: other }))).rejects.toThrow("another process");
    await other.close();
    expect((await readFile(path.join(dir, "log", "entries.log"))).equals(held)).toBe(true);
    expect(parseCheckpointText(openNote(await signCheckpoint(from()), [key.vkey]).text).size).toBe(9);
  });

  it("does not load bytes that are longer than any entry", async () => {
    await grow(4);
    await tamper(
      "UPDATE audit_entry SET bytes = bytes || convert_to(repeat('x', 65536), 'UTF8') WHERE id = (SELECT entry_id FROM audit_leaf WHERE seq = 2)",
    );
    await expect(signCheckpoint(from())).rejects.toMatchObject({ reason: "format", seq: 2 });
  });

  it("shows its refusal in its health until it signs again, and an empty log is not an alarm", async () => {
    const handler = signerHandler(from(), logger);
    const call = (method: string, at: string) =>
      handler({ method, path: at, query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) });
    await call("POST", "/checkpoint");
    expect((await call("GET", "/healthz")).body).toEqual({ size: 0, floor_days: 2_555 });
    await grow(4);
    await call("POST", "/checkpoint");
    await tamper("UPDATE audit_head SET size = 3");
    expect((await call("POST", "/checkpoint")).status).toBe(409);
    expect((await call("GET", "/healthz")).body).toMatchObject({
      size: 4,
      refusing: { reason: "shorter", seq: 3, since: expect.any(String) },
    });
    await tamper("UPDATE audit_head SET size = 4");
    expect((await call("POST", "/checkpoint")).status).toBe(200);
    expect((await call("GET", "/healthz")).body).toEqual({ size: 4, floor_days: 2_555 });
  });

  it("refuses a tree of the size it signed last that has another root", async () => {
    await grow(4);
    await signCheckpoint(from());
    await tamper("UPDATE audit_head SET root = sha256(root)");
    await expect(signCheckpoint(from())).rejects.toMatchObject({ reason: "fork", seq: 4 });
    expect(file.state.size).toBe(4);
  });

  it("refuses to sign after its clock went backwards", async () => {
    await grow(1);
    const clock = fixedClock(new Date("2026-11-24T12:00:00Z"));
    await signCheckpoint(from({ clock }));
    clock.advance(-1);
    await expect(signCheckpoint(from({ clock }))).rejects.toMatchObject({ reason: "clock" });
  });

  it("removes an incomplete tail at its start and refuses a store that is shorter than it signed or changed", async () => {
    await grow(3);
    await signCheckpoint(from());
    const entries = path.join(dir, "log", "entries.log");
    const whole = await readFile(entries);
    await writeFile(entries, Buffer.concat([whole, Buffer.from([0, 0, 1, 0, 7])]));
    const reopened = await openEntryFile(path.join(dir, "log"), bench.place.log);
    expect(reopened.state.size).toBe(3);
    await reopened.close();
    expect((await readFile(entries)).equals(whole)).toBe(true);
    const damaged = Buffer.from(whole);
    damaged[20] = (damaged[20] ?? 0) ^ 1;
    await writeFile(entries, damaged);
    await expect(openEntryFile(path.join(dir, "log"), bench.place.log)).rejects.toThrow("root");
    await writeFile(entries, whole);
    await truncate(entries, whole.length - 1);
    await expect(openEntryFile(path.join(dir, "log"), bench.place.log)).rejects.toThrow("shorter");
  });
});

describe("a signer whose store is lost, with a key that has signed before", () => {
  const ask = async (signer: CheckpointSigner) => {
    const lines: string[] = [];
    const serve = signerHandler(
      signer,
      createLogger("test", "info", { write: (line) => void lines.push(line) }),
    );
    await askOnce(serve);
    const { body } = await serve({
      method: "GET",
      path: "/healthz",
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.alloc(0),
    });
    return { body, log: lines.join("") };
  };

  it("signs no tree while the mark in the key's folder has one, and says so at once", async () => {
    const keyDir = await mkdtemp(path.join(tmpdir(), "sp-keys-"));
    const mark = await openSignedMark(keyDir, bench.place.log);
    await grow(4);
    await signCheckpoint(from({ mark }));
    const lost = await openEntryFile(path.join(dir, "lost"), bench.place.log);
    const reopened = await openSignedMark(keyDir, bench.place.log);
    expect(reopened.tree?.size).toBe(4);
    const { body, log } = await ask(from({ file: lost, mark: reopened }));
    expect(body).toMatchObject({ size: 0, refusing: { reason: "store", seq: 4 } });
    expect(log).toContain('"reason":"store"');
    await tamper("UPDATE audit_head SET root = sha256(root)");
    await expect(signCheckpoint(from({ file: lost, mark: reopened }))).rejects.toMatchObject({
      reason: "store",
    });
    // The mark of another log's key does not count.
    expect((await openSignedMark(keyDir, "other.test/log")).tree).toBeUndefined();
    await writeFile(path.join(keyDir, "log.signed.json"), "{");
    await expect(openSignedMark(keyDir, bench.place.log)).rejects.toThrow("cannot be read");
    await lost.close();
  });

  it("signs no tree while the database has a checkpoint by its key, and ignores checkpoints of other keys", async () => {
    await grow(4);
    const note = await signCheckpoint(from());
    const { size, root } = parseCheckpointText(openNote(note, [key.vkey]).text);
    await insertCheckpoint(bench.sequencerPool, bench.place, { size, root, note }, []);
    const lost = await openEntryFile(path.join(dir, "lost"), bench.place.log);
    await expect(signCheckpoint(from({ file: lost }))).rejects.toMatchObject({ reason: "store", seq: 4 });
    const other = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
    await signCheckpoint(from({ file: lost, signer: other }));
    await lost.close();
  });

  it("keeps the entries of a store that lost only its state file", async () => {
    await grow(4);
    await signCheckpoint(from());
    const kept = await readFile(path.join(dir, "log", "entries.log"));
    await rm(path.join(dir, "log", "state.json"));
    const reopened = await openEntryFile(path.join(dir, "log"), bench.place.log);
    await reopened.close();
    const names = (await readdir(path.join(dir, "log"))).filter((name) =>
      name.startsWith("entries.log.aside-"),
    );
    expect(names).toHaveLength(1);
    expect((await readFile(path.join(dir, "log", names[0] ?? ""))).equals(kept)).toBe(true);
  });

  it("brings a mark up that a kill left behind its store, unless the store has another tree at the mark", async () => {
    const keyDir = await mkdtemp(path.join(tmpdir(), "sp-keys-"));
    const mark = await openSignedMark(keyDir, bench.place.log);
    await grow(4);
    await signCheckpoint(from({ mark }));
    await grow(2);
    await signCheckpoint(from());
    const store = await openEntryFile(path.join(dir, "log"), bench.place.log);
    const other: SignedTree = { size: 4, root: new Uint8Array(32) };
    const written: SignedTree[] = [];
    const forged = { tree: other, write: async (tree: SignedTree) => void written.push(tree) };
    await bringUpMark(forged, store);
    expect(written).toEqual([]);
    await bringUpMark(mark, store);
    expect((await openSignedMark(keyDir, bench.place.log)).tree?.size).toBe(6);
    const note = openNote((await signLast(from({ file: store, mark }))) ?? "", [key.vkey]);
    expect(parseCheckpointText(note.text)).toMatchObject({ size: 6 });
    await store.close();
  });

  it("continues from an older copy of its store only to the tree of the mark", async () => {
    const keyDir = await mkdtemp(path.join(tmpdir(), "sp-keys-"));
    const mark = await openSignedMark(keyDir, bench.place.log);
    await grow(4);
    await signCheckpoint(from({ mark }));
    const older = path.join(dir, "older");
    await cp(path.join(dir, "log"), older, { recursive: true });
    await grow(6);
    await signCheckpoint(from({ mark }));
    const back = await openEntryFile(older, bench.place.log);
    const good = { ...mark, tree: mark.tree };
    await tamper("UPDATE audit_head SET size = 8");
    await expect(signCheckpoint(from({ file: back, mark: good }))).rejects.toMatchObject({
      reason: "shorter",
    });
    await tamper("UPDATE audit_head SET size = 10");
    const forged = { ...mark, tree: { size: 10, root: new Uint8Array(32) } };
    await expect(signCheckpoint(from({ file: back, mark: forged }))).rejects.toMatchObject({
      reason: "fork",
    });
    const note = openNote(await signCheckpoint(from({ file: back, mark: good })), [key.vkey]);
    expect(parseCheckpointText(note.text).size).toBe(10);
    await back.close();
  });
});

describe("checkpoints through the sockets of signer and witness", () => {
  it("a checkpoint is cosigned when the witness answers, published unwitnessed when not, and late when the signer is unavailable", async () => {
    const witnessKey = loadSigningKey(await createTestKeystore("witness", bench.place.log), "cosigner");
    const vkey = cosignerVkey(witnessKey.name, witnessKey.publicKey);
    const [signerUrl, witnessUrl] = [`unix:${dir}/signer.sock`, `unix:${dir}/witness.sock`];
    const options = {
      ...bench.place,
      pool: bench.sequencerPool,
      signerUrl,
      logVkey: key.vkey,
      witnesses: [{ url: witnessUrl, vkey, kind: "own" as const }],
      policy: { own: 1, independent: 0 },
      logger,
    };
    await grow(2);
    await expect(publishCheckpoint(options)).rejects.toThrow("does not answer");
    const signer = await serveHttp(signerUrl, signerHandler(from(), logger));
    expect(await publishCheckpoint(options)).toBe(2);
    expect((await readLastCheckpoint(bench.sequencerPool, bench.place.log))?.witnesses).toEqual([]);

    const head = await openHeadFile(path.join(dir, "witness"), bench.place.log);
    const witnessing = {
      logs: [{ origin: bench.place.log, vkeys: [key.vkey], head }],
      signer: witnessKey,
      clock: systemClock,
    };
    const witness = await serveHttp(witnessUrl, witnessHandler(witnessing));
    await grow(3);
    expect(await publishCheckpoint(options)).toBe(5);
    const cosigned = await readLastCheckpoint(bench.sequencerPool, bench.place.log);
    expect(cosigned?.witnesses).toHaveLength(1);
    expect(openNote(cosigned?.note ?? "", [key.vkey, vkey]).verified).toHaveLength(2);
    expect(await publishCheckpoint(options)).toBeUndefined();

    await grow(4);
    const note = await signCheckpoint(from());
    const proof = await consistencyProofFrom(storedNodes(bench.sequencerPool, bench.place.log), 5, 9);
    const hashes = proof.map((hash) => `${toBase64(hash)}\n`).join("");
    const add = (body: string) =>
      callService(witnessUrl, {
        method: "POST",
        path: "/add-checkpoint",
        body: Buffer.from(body),
        timeoutMs: 5_000,
      });
    const stale = await add(`old 2\n\n${note}`);
    expect([stale.status, stale.body.toString(), stale.headers["content-type"]]).toEqual([
      409,
      "5\n",
      "text/x.tlog.size",
    ]);
    expect((await add(`old 5\n${hashes.replace(/[A-Za-z]/, "/")}\n${note}`)).status).toBe(422);
    expect((await add(`old 5\n\n${note}`)).status).toBe(422);
    expect((await add(`old 10\n\n${note}`)).status).toBe(400);
    expect((await add(`old 5\n${hashes}\n${note.replace(bench.place.log, "other.test/log")}`)).status).toBe(
      404,
    );
    const unsigned = note.replace(/ [A-Za-z0-9+/=]+\n$/, ` ${toBase64(new Uint8Array(68))}\n`);
    expect((await add(`old 5\n${hashes}\n${unsigned}`)).status).toBe(403);
    expect((await add("nonsense")).status).toBe(400);
    expect((await add(`old 5\n${hashes}\n${note}`)).status).toBe(200);
    expect(head.head?.size).toBe(9);
    await Promise.all([signer.close(), witness.close()]);
  });
});
