import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "@/lib/clock";
import { loadSigningKey, type SigningKey } from "@/lib/custody/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench, createTestKeystore } from "@/lib/testing/audit";
import { checkpointText } from "../checkpoint";
import type { AuditEvent } from "../event";
import { signWholeNote } from "../note-line";
import { recordEvent } from "../record-event";
import { insertCheckpoint } from "../worker/checkpoint-store";
import { integrateBatch, prepareLog } from "../worker/sequencer";
import { readHead } from "../worker/store";
import { recordVerifications } from "./record-verifications";
import { runVerification, scheduleVerification, type VerifierContext } from "./run-verifications";
import type { VerificationReport } from "./schema";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };
const GOING = new AbortController().signal;

let bench: AuditBench;
let key: SigningKey;

/** Lines the verifier logged, as JSON. */
let logged: Record<string, unknown>[];

beforeEach(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
  key = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
  logged = [];
});
afterEach(() => bench.close());

function cx(overrides: Partial<VerifierContext> = {}): VerifierContext {
  const destination = { write: (line: string) => void logged.push(JSON.parse(line)) };
  return {
    db: bench.cx.db,
    instance: bench.cx.instance,
    clock: systemClock,
    logger: createLogger("test", "info", destination),
    logVkey: key.vkey,
    askSigner: async () => ({ is: "absent" }),
    everyMs: 86_400_000,
    ...overrides,
  };
}

/** Entries in the tree, with a signed checkpoint over all of them. */
async function grow(count: number): Promise<number> {
  for (let at = 0; at < count; at += 1) await recordEvent(bench.cx, EVENT);
  await integrateBatch(bench.sequencerPool, bench.place);
  const head = await readHead(bench.sequencerPool, bench.place.log);
  if (head === undefined) throw new Error("no head");
  const text = checkpointText({ origin: bench.place.log, size: head.size, root: head.root });
  const note = await signWholeNote(key, text);
  await insertCheckpoint(bench.sequencerPool, bench.place, { ...head, note }, []);
  return head.size;
}

/** Changes the database as its owner could, past every trigger. */
async function tamper(...statements: string[]): Promise<void> {
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  try {
    const tables = ["entry", "leaf", "part", "index", "tile", "checkpoint", "head", "queue"];
    for (const table of tables) await admin.query(`ALTER TABLE audit_${table} DISABLE TRIGGER USER`);
    for (const statement of statements) await admin.query(statement);
    for (const table of tables) await admin.query(`ALTER TABLE audit_${table} ENABLE TRIGGER USER`);
  } finally {
    await admin.end();
  }
}

async function verify(overrides: Partial<VerifierContext> = {}): Promise<VerificationReport> {
  await scheduleVerification(cx({ ...overrides, everyMs: 1 }));
  const report = await runVerification(cx(overrides), GOING);
  if (report === undefined) throw new Error("nothing was verified");
  return report;
}

function expectNamed(report: VerificationReport, seq: number): void {
  expect(report.verdict).toBe("wrong");
  expect(report.first_bad).toBe(seq);
  expect(report.findings.some((finding) => finding.seq === seq && finding.after === seq + 1)).toBe(true);
}

const entryAt = (seq: number) => `(SELECT entry_id FROM audit_leaf WHERE seq = ${seq})`;

describe("the server's own verification", () => {
  it("finds an untouched log sound, up to the signed checkpoint, and a longer log again", async () => {
    const size = await grow(7);
    expect(await verify()).toMatchObject({
      verdict: "sound",
      entries: size,
      size,
      checkpoints: 1,
      findings: [],
    });
    const larger = await grow(300);
    expect(await verify()).toMatchObject({ verdict: "sound", entries: larger, size: larger, checkpoints: 2 });
    expect(logged.some((line) => line.msg === "the log was verified")).toBe(true);
  });

  it("names a changed entry, and raises an alarm that tells no content", async () => {
    await grow(9);
    await tamper(
      `UPDATE audit_entry SET bytes = set_byte(bytes, 20, get_byte(bytes, 20) # 1) WHERE id = ${entryAt(4)}`,
    );
    expectNamed(await verify(), 4);
    expect(logged.find((line) => line.alarm === "log.verification")).toMatchObject({ first_bad: 4 });
  });

  it.each([
    ["a dropped leaf", (seq: number) => [`DELETE FROM audit_leaf WHERE seq = ${seq}`]],
    ["a dropped entry", (seq: number) => [`DELETE FROM audit_entry WHERE id = ${entryAt(seq)}`]],
    [
      "a doubled entry",
      (seq: number) => [
        `UPDATE audit_entry SET bytes = (SELECT bytes FROM audit_entry WHERE id = ${entryAt(seq - 1)}) WHERE id = ${entryAt(seq)}`,
        `UPDATE audit_leaf SET leaf_hash = (SELECT leaf_hash FROM audit_leaf WHERE seq = ${seq - 1}) WHERE seq = ${seq}`,
      ],
    ],
    [
      "entries that changed places",
      (seq: number) => [
        `UPDATE audit_leaf SET seq = -1 WHERE seq = ${seq}`,
        `UPDATE audit_leaf SET seq = ${seq} WHERE seq = ${seq + 2}`,
        `UPDATE audit_leaf SET seq = ${seq + 2} WHERE seq = -1`,
      ],
    ],
    [
      "exchanged bytes",
      (seq: number) => [
        `UPDATE audit_entry a SET bytes = b.bytes FROM audit_entry b
         WHERE (a.id = ${entryAt(seq)} AND b.id = ${entryAt(seq + 1)}) OR (a.id = ${entryAt(seq + 1)} AND b.id = ${entryAt(seq)})`,
      ],
    ],
    [
      "a changed column",
      (seq: number) => [`UPDATE audit_entry SET outcome = 'denied' WHERE id = ${entryAt(seq)}`],
    ],
    [
      "a changed sealed part",
      (seq: number) => [
        `UPDATE audit_part SET stored = set_byte(stored, 0, get_byte(stored, 0) # 1) WHERE entry_id = ${entryAt(seq)}`,
      ],
    ],
    ["a dropped sealed part", (seq: number) => [`DELETE FROM audit_part WHERE entry_id = ${entryAt(seq)}`]],
    [
      "a changed tile",
      (seq: number) => [
        `UPDATE audit_tile SET hashes = set_byte(hashes, ${seq * 32}, get_byte(hashes, ${seq * 32}) # 1) WHERE level = 0`,
      ],
    ],
  ])("names %s by its number", async (_, statements) => {
    await grow(9);
    await tamper(...statements(5));
    expectNamed(await verify(), 5);
  });

  it("names a changed search row of those it samples", async () => {
    await grow(12);
    await tamper(`UPDATE audit_index SET outcome = 'denied' WHERE entry_id = ${entryAt(10)}`);
    expectNamed(await verify(), 10);
  });

  it("finds a log whose newest leaves were cut off, though its head was made to fit", async () => {
    const size = await grow(9);
    await tamper(
      `DELETE FROM audit_leaf WHERE seq >= ${size - 2}`,
      `UPDATE audit_head SET size = ${size - 2}`,
    );
    const cut = await verify();
    expectNamed(cut, size - 2);
    expect(cut.findings.map((finding) => finding.class)).toContain("missing leaf");
  });

  it("finds a checkpoint that another key signed, and says nothing stands under it", async () => {
    await grow(3);
    await tamper("UPDATE audit_checkpoint SET note = replace(note, '— ', '— x')");
    const report = await verify();
    expect(report).toMatchObject({ verdict: "wrong", size: 0 });
    expect(report.findings[0]?.class).toBe("keys");
  });

  it("tells what the signer, by its own copy, says against the database", async () => {
    await grow(3);
    const refused = await verify({ askSigner: async () => ({ is: "refused", reason: "changed", seq: 1 }) });
    expectNamed(refused, 1);
    const root = new Uint8Array(32);
    const other = await verify({
      askSigner: async () => ({ is: "signed", checkpoint: { origin: bench.place.log, size: 3, root } }),
    });
    expect(other).toMatchObject({ verdict: "wrong", findings: [{ class: "fork" }] });
  });

  it("finds an entry that is in no tree and does not wait for it, and one that has waited too long", async () => {
    await grow(3);
    await recordEvent(bench.cx, EVENT);
    const late = { ...systemClock, nowMicros: () => systemClock.nowMicros() + 120_000_000n };
    const waiting = await verify({ clock: late });
    expect(waiting.findings.map((finding) => finding.class)).toEqual(["unanchored tail"]);
    await tamper("DELETE FROM audit_queue");
    const stray = await verify();
    expect(stray.findings.map((finding) => finding.class)).toEqual(["missing leaf"]);
  });
});

describe("verifications as jobs", () => {
  it("are not begun by themselves before there is a checkpoint to hold the log against", async () => {
    expect(await scheduleVerification(cx())).toBe(false);
    await grow(1);
    expect(await scheduleVerification(cx({ everyMs: 0 }))).toBe(false);
    expect(await scheduleVerification(cx())).toBe(true);
  });

  it("are taken by one of two workers, and one broken off is gone on with by another from where it was", async () => {
    await grow(3);
    expect(await scheduleVerification(cx())).toBe(true);
    expect(await scheduleVerification(cx())).toBe(false);
    const ended = await Promise.all([runVerification(cx(), GOING), runVerification(cx(), GOING)]);
    expect(ended.filter((report) => report !== undefined)).toHaveLength(1);
    const stopping = new AbortController();
    stopping.abort();
    await grow(1_100);
    await scheduleVerification(cx({ everyMs: 1 }));
    expect(await runVerification(cx(), stopping.signal)).toBeUndefined();
    const { rows } = await bench.appPool.query(
      "SELECT (progress->>'next')::int AS next FROM audit_verification WHERE state = 'running'",
    );
    expect(rows).toEqual([{ next: 1_024 }]);
    expect(await runVerification(cx(), GOING)).toBeUndefined();
    await bench.appPool.query(
      "UPDATE audit_verification SET lease_until = now() - interval '1 s' WHERE state = 'running'",
    );
    expect(await runVerification(cx(), GOING)).toMatchObject({ verdict: "sound", entries: 1_103 });
  });

  it("keep a report as it was written, and nothing else of them can be changed", async () => {
    await grow(2);
    await verify();
    const change = (sql: string) => bench.appPool.query(sql);
    await expect(
      change(`UPDATE audit_verification SET report = '{"verdict":"sound"}'`),
    ).rejects.toMatchObject({ code: "SP002" });
    await expect(change("UPDATE audit_verification SET started_at = now()")).rejects.toMatchObject({
      code: "42501",
    });
    await expect(change("DELETE FROM audit_verification")).rejects.toMatchObject({ code: "42501" });
  });

  it("have two entries in the log, written once however many portals do it: begun, and ended as it was", async () => {
    await grow(3);
    await verify();
    await tamper(`UPDATE audit_entry SET outcome = 'denied' WHERE id = ${entryAt(1)}`);
    await verify();
    const recorded = await Promise.all([recordVerifications(bench.cx), recordVerifications(bench.cx)]);
    expect(recorded[0] + recorded[1]).toBe(4);
    expect(await recordVerifications(bench.cx)).toBe(0);
    const { rows } = await bench.appPool.query(
      "SELECT outcome FROM audit_index WHERE action = 'audit.verify' ORDER BY entry_id",
    );
    expect(rows.map((row: { outcome: string }) => row.outcome).sort()).toEqual([
      "done",
      "failed",
      "intent",
      "intent",
    ]);
  });
});
