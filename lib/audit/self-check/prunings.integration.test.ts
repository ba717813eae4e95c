import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "@/lib/clock";
import { toBase64url } from "@/lib/crypto/bytes";
import { loadSigningKey, type SigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench, createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { withoutEntryForm } from "@/lib/testing/log/past-triggers";
import { checkpointText } from "../entry/checkpoint";
import type { AuditEvent } from "../entry/event";
import { signWholeNote } from "../entry/note-line";
import { recordEvent } from "../record/record-event";
import { insertCheckpoint } from "../sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { readHead } from "../sequencer/store";
import type { SignerWord } from "./ask-signer";
import { runVerification, scheduleVerification, type VerifierContext } from "./run-verifications";
import type { VerificationReport } from "./schema";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };

let bench: AuditBench;
let admin: Client;
let key: SigningKey;
let signed: SignerWord = { is: "absent" };

beforeEach(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
  key = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
  admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
});
afterEach(async () => {
  await admin.end();
  await bench.close();
});

interface Root {
  readonly size: number;
  readonly root: Uint8Array;
}

/** The log's own key signs every tree that the worker makes: the signer is as malicious as the worker here. */
async function grow(count: number): Promise<Root> {
  for (let at = 0; at < count; at += 1) await recordEvent(bench.cx, EVENT);
  await integrateBatch(bench.sequencerPool, bench.place);
  const head = await readHead(bench.sequencerPool, bench.place.log);
  if (head === undefined) throw new TypeError("no head");
  const { size, root } = head;
  const note = await signWholeNote(key, checkpointText({ origin: bench.place.log, size, root }));
  await insertCheckpoint(bench.sequencerPool, bench.place, { ...head, note }, []);
  signed = { is: "signed", checkpoint: { origin: bench.place.log, size, root } };
  return { size, root };
}

/** Writes an entry that records a pruning, with the row that makes the sequencer take it. */
async function sayPruned(minimum: number, checkpoint: Root, event: Partial<AuditEvent> = {}): Promise<void> {
  const prune = { minimum, checkpoint: { size: checkpoint.size, root: toBase64url(checkpoint.root) } };
  const { id } = await withoutEntryForm(admin, () =>
    recordEvent(bench.cx, {
      class: "retention",
      outcome: "done",
      action: "log.prune",
      subjects: [],
      pub: { prune },
      ...event,
    }),
  );
  await admin.query(
    "INSERT INTO audit_prune (entry_id, tenant_id, log, minimum, size, removed, kept) VALUES ($1, $2, $3, $4, $5, 0, 0)",
    [id, bench.place.tenantId, bench.place.log, minimum, checkpoint.size],
  );
}

/** Removes the bytes of entries, as the database owner could. */
async function takeBytes(below: number): Promise<void> {
  const gone = `IN (SELECT entry_id FROM audit_leaf WHERE seq < ${below})`;
  for (const [table, column] of [
    ["part", "entry_id"],
    ["index", "entry_id"],
    ["entry", "id"],
  ]) {
    await admin.query(`ALTER TABLE audit_${table} DISABLE TRIGGER USER`);
    await admin.query(`DELETE FROM audit_${table} WHERE ${column} ${gone}`);
    await admin.query(`ALTER TABLE audit_${table} ENABLE TRIGGER USER`);
  }
}

async function verify(): Promise<VerificationReport> {
  const cx: VerifierContext = {
    db: bench.cx.db,
    writer: bench.sequencerPool,
    instance: bench.cx.instance,
    clock: systemClock,
    logger: createLogger("test", "silent"),
    logVkey: key.vkey,
    certificates: [],
    askSigner: async () => signed,
    everyMs: 1,
  };
  await scheduleVerification(cx);
  const report = await runVerification(cx, new AbortController().signal);
  if (report === undefined) throw new TypeError("nothing was verified");
  return report;
}

const classes = (report: VerificationReport) => [...new Set(report.findings.map((one) => one.class))];

describe("an entry that records a pruning", () => {
  it("explains missing entries if it names the tree that the leaves give at that size", async () => {
    const checkpoint = await grow(9);
    await sayPruned(4, checkpoint);
    await takeBytes(4);
    await grow(2);
    expect(await verify()).toMatchObject({ verdict: "sound", pruned: 4, findings: [] });
  });

  it("explains nothing if it names the root of another tree, although that tree is signed: missing entries are named", async () => {
    const checkpoint = await grow(9);
    const root = Uint8Array.from(checkpoint.root, (byte, at) => (at === 0 ? byte ^ 1 : byte));
    await sayPruned(4, { size: checkpoint.size, root });
    await takeBytes(4);
    await grow(2);
    const report = await verify();
    expect(report).toMatchObject({ verdict: "wrong", pruned: 0, first_bad: 0 });
    expect(classes(report).sort()).toEqual(["missing leaf", "pruned"]);
    expect(report.findings.filter((one) => one.class === "missing leaf").map((one) => one.seq)).toEqual([
      0, 1, 2, 3,
    ]);
    expect(report.findings.at(-1)).toMatchObject({ class: "pruned", seq: checkpoint.size });
  });

  it("explains no more than the largest accepted pruning", async () => {
    const checkpoint = await grow(9);
    await sayPruned(2, checkpoint);
    await sayPruned(6, { size: checkpoint.size - 1, root: checkpoint.root });
    await takeBytes(6);
    await grow(2);
    const report = await verify();
    expect(report).toMatchObject({ verdict: "wrong", pruned: 2, first_bad: 2 });
  });

  it.each<[string, (size: number) => [number, number, Partial<AuditEvent>]]>([
    ["prunes beyond the tree it names", (size) => [size + 1, size, {}]],
    ["names a tree that contains its own entry", (size) => [4, size + 1, {}]],
    ["is of another class", (size) => [4, size, { class: "log" }]],
  ])("explains nothing where it %s", async (_, claim) => {
    const checkpoint = await grow(9);
    const [minimum, size, event] = claim(checkpoint.size);
    await sayPruned(minimum, { ...checkpoint, size }, event);
    await takeBytes(4);
    await grow(2);
    const report = await verify();
    expect(report).toMatchObject({ verdict: "wrong", pruned: 0, first_bad: 0 });
    expect(classes(report)).toContain("pruned");
  });
});
