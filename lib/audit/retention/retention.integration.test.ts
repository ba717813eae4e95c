import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixedClock, systemClock } from "@/lib/clock";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { consistencyProofFrom, verifyConsistency, verifyInclusion } from "@/lib/crypto/log/merkle";
import { openNote } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openOwnerPool } from "@/lib/db/migrate";
import { openPool } from "@/lib/db/pool";
import { withProof } from "@/lib/ipc/peer-proof";
import { serveHttp } from "@/lib/ipc/server";
import { loadSigningKey, type SigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { parseProof } from "../bundle-verifier/tree/check-proof";
import { type Checkpoint, parseCheckpointText } from "../entry/checkpoint";
import { parseEntry } from "../entry/entry";
import type { AuditEvent } from "../entry/event";
import { getEvent } from "../reading/get-event";
import { getProof } from "../reading/proofs/get-proof";
import { recordEvent } from "../record/record-event";
import { insertCheckpoint } from "../sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { storedNodes } from "../sequencer/store";
import { openEntryFile } from "../signer/entry-file";
import { signerHandler } from "../signer/serve-signer";
import { signCheckpoint } from "../signer/sign-checkpoint";
import { pruneDue, type RetentionOptions } from "./run-retention";
import { pruneLog } from "./store";

const YEAR_MS = 365 * 86_400_000;
const OLD: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;
let bench: UseCaseBench;
let owner: Pool;
let retention: Pool;
let key: SigningKey;
let auditor: Person;
let signerUrl: string;
let stopSigner: (() => Promise<void>) | undefined;
let sign: () => Promise<Checkpoint>;

beforeAll(async () => {
  bench = await createUseCaseBench();
  await prepareLog(bench.sequencerPool, bench.place);
  owner = openOwnerPool(bench.database.adminUrl, bench.database.tenantId);
  retention = openPool({ url: bench.database.retentionUrl, maxConnections: 2 });
  key = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
  const dir = await mkdtemp(path.join(tmpdir(), "sp-prune-"));
  signerUrl = `unix:${dir}/s.sock`;
  const file = await openEntryFile(path.join(dir, "log"), bench.place.log);
  // The tenant's own beginning is recent in the signer's copy, but is pruned here.
  const from = {
    pool: bench.signerPool,
    file,
    log: bench.place.log,
    signer: key,
    clock: systemClock,
    floorDays: 0,
  };
  const server = await serveHttp(
    signerUrl,
    withProof(signerHandler(from, createLogger("test", "silent")), key),
  );
  stopSigner = () => server.close();
  sign = async () => {
    while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
    const note = await signCheckpoint(from);
    const checkpoint = parseCheckpointText(openNote(note, [key.vkey]).text);
    await insertCheckpoint(bench.sequencerPool, bench.place, { ...checkpoint, note }, []);
    return checkpoint;
  };
});
afterAll(async () => {
  await Promise.all([retention?.end(), owner?.end(), stopSigner?.()]);
  await bench?.close();
});

const options = (): RetentionOptions => ({
  ...bench.place,
  pool: retention,
  appPool: bench.appPool,
  signerUrl,
  logVkey: key.vkey,
  logger: createLogger("test", "silent"),
});

/** Writes an entry of this many years ago. */
const record = (years: number, event: AuditEvent = OLD) =>
  recordEvent({ ...bench.cx, clock: fixedClock(new Date(Date.now() - years * YEAR_MS)) }, event);

async function one(text: string, values: unknown[] = []): Promise<number> {
  return Number((await bench.appPool.query(text, values)).rows[0]?.n ?? -1);
}
const denied = () =>
  one("SELECT count(*) AS n FROM audit_index WHERE action = 'log.prune' AND outcome = 'denied'");
const stored = (id: string) => one("SELECT count(*) AS n FROM audit_entry WHERE id = $1", [id]);

/** Returns every leaf's proof in the newest checkpoint, with or without entry bytes (I8). */
async function expectProofs(size: number): Promise<void> {
  const { rows } = await bench.appPool.query("SELECT seq, leaf_hash FROM audit_leaf ORDER BY seq");
  expect(rows.map((row) => Number(row.seq)).slice(0, size)).toEqual(
    Array.from({ length: size }, (_, at) => at),
  );
  for (const at of [0, 1, 255, 256, 299, size - 1]) {
    const proof = parseProof(await getProof(auditor, at));
    const claim = { leafHash: rows[at].leaf_hash, index: at, size: proof.size, root: proof.root };
    expect(verifyInclusion({ ...claim, proof: proof.steps.map((step) => step.hash) })).toBe(true);
  }
}

describe("pruning the log", () => {
  it("removes what is past its time, keeps what a hold or a living record needs, and breaks no proof (I8, I10)", async () => {
    await Promise.all(Array.from({ length: 200 }, () => record(8)));
    const transaction = uuidv7(1);
    const held = await record(8, { ...OLD, index: { transactionId: transaction } });
    await Promise.all(Array.from({ length: 120 }, () => record(8)));
    auditor = await bench.person({ role: "auditor", hasKey: false });
    while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
    const holds = await owner.connect();
    await holds.query("BEGIN");
    await holds.query(
      `INSERT INTO preservation (id, tenant_id, requested_by, transactions, reason, state, until)
       VALUES ($1, $2, $1, $3, 'court', 'active', now() + interval '90 days')`,
      [transaction, bench.place.tenantId, [transaction]],
    );
    await holds.query("SELECT audit_write('done', 'access', 'preservation.create', NULL, ARRAY[$1::text])", [
      `preservation:${transaction}`,
    ]);
    await holds.query("COMMIT");
    holds.release();
    const before = await sign();
    const first = await one(
      "SELECT min(l.seq) AS n FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id WHERE e.at < '2020'",
    );

    // The tenant's own beginning is recent, so no entry after it may be pruned.
    expect(first).toBeGreaterThan(0);
    const refusals = await denied();
    expect(await pruneLog(retention, first + 300)).toMatchObject({
      outcome: "denied",
      reason: "date",
      seq: 0,
    });
    expect(await denied()).toBe(refusals + 1);
    // Below the minimums of a policy set, as only the owner can, with an entry. Here the class of the recent entries is released.
    await takePeriods({ "*": 2_555, admin: 1, identity: 1 });
    await takePeriods({ "*": 2_555, admin: 1, identity: 1 });
    expect(await one("SELECT count(*) AS n FROM audit_index WHERE action = 'retention.change'")).toBe(1);
    expect(await pruneLog(retention, first + 300)).toMatchObject({ outcome: "denied", reason: "date" });
    await ageTheYoung(first);

    const seqHeld = await one("SELECT seq AS n FROM audit_leaf WHERE entry_id = $1", [held.id]);
    expect(await pruneLog(retention, first + 300)).toMatchObject({
      outcome: "done",
      held: 1,
      first_held: seqHeld,
    });
    const after = await sign();
    expect(
      await one(
        "SELECT count(*) AS n FROM audit_entry e JOIN audit_leaf l ON l.entry_id = e.id WHERE l.seq < $1",
        [first + 300],
      ),
    ).toBe(2);
    const zero = await one(
      "SELECT count(*) AS n FROM audit_entry e JOIN audit_leaf l ON l.entry_id = e.id WHERE l.seq = 0",
    );
    expect(zero).toBe(1);
    expect(await stored(held.id)).toBe(1);
    await expectProofs(after.size);
    const nodes = storedNodes(bench.appPool, bench.place.log);
    const proof = await consistencyProofFrom(nodes, before.size, after.size);
    expect(
      verifyConsistency({
        oldSize: before.size,
        newSize: after.size,
        oldRoot: before.root,
        newRoot: after.root,
        proof,
      }),
    ).toBe(true);

    const { rows } = await bench.appPool.query(
      "SELECT e.bytes FROM audit_prune p JOIN audit_entry e ON e.id = p.entry_id",
    );
    const entry = parseEntry(rows[0].bytes);
    expect(entry).toMatchObject({ class: "retention", outcome: "done" });
    expect(entry.pub?.prune).toEqual({
      minimum: first + 300,
      checkpoint: { size: before.size, root: toBase64url(before.root) },
    });
    await expect(getEvent(auditor, first)).rejects.toMatchObject({ code: "audit.pruned" });
    expect(fromBase64url((await getEvent(auditor, seqHeld)).entry).length).toBeGreaterThan(0);
  });

  it("refuses to go back, to go beyond the signed tree, and every other login; each refusal is an entry", async () => {
    const refusals = await denied();
    expect(await pruneLog(retention, 1)).toMatchObject({ outcome: "denied", reason: "minimum" });
    expect(await pruneLog(retention, 1_000_000)).toMatchObject({ outcome: "denied", reason: "unsigned" });
    expect(await denied()).toBe(refusals + 2);
    for (const pool of [bench.appPool, bench.sequencerPool, bench.signerPool])
      await expect(pool.query("SELECT audit_prune(300)")).rejects.toThrow(/permission denied/);
    await expect(owner.query("DELETE FROM audit_entry")).rejects.toThrow("append-only");
  });

  it("is done by the worker in whole bundles of 256, and not before a bundle is full", async () => {
    const minimum = await one("SELECT max(minimum) AS n FROM audit_prune");
    await Promise.all(Array.from({ length: 30 }, () => record(8)));
    await sign();
    expect(await pruneDue(options())).toEqual({ more: false });
    expect(await one("SELECT max(minimum) AS n FROM audit_prune")).toBe(minimum);
  });
});

/** Writes these days by class. */
async function takePeriods(classes: Readonly<Record<string, number>>): Promise<void> {
  await owner.query("SELECT audit_take_retention($1)", [JSON.stringify({ classes, roles: { "*": 365 } })]);
}

/** Makes the first entries old, without the rules, so that the function sees their time as past. */
async function ageTheYoung(first: number): Promise<void> {
  const admin = openPool({ url: bench.database.adminUrl, maxConnections: 1 });
  await admin.query("ALTER TABLE audit_entry DISABLE TRIGGER USER");
  await admin.query(
    "UPDATE audit_entry SET at = '2015' || substr(at, 5) WHERE id IN (SELECT entry_id FROM audit_leaf WHERE seq < $1 + 330)",
    [first],
  );
  for (const name of ["fixed", "kept", "is_queued", "says_so", "xid"])
    await admin.query(`ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_${name}`);
  await admin.end();
}
