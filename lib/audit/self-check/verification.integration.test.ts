import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { loadSigningKey, type SigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench, createTestKeystore } from "@/lib/testing/benches/audit-bench";
import { erasureOf } from "@/lib/testing/log/erasure-of";
import { checkpointText } from "../entry/checkpoint";
import type { AuditEvent } from "../entry/event";
import { signWholeNote } from "../entry/note-line";
import { recordEvent } from "../record/record-event";
import { insertCheckpoint } from "../sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { readHead } from "../sequencer/store";
import type { SignerWord } from "./ask-signer";
import { checkNextIndex } from "./check-index";
import { IndexReport } from "./index-store";
import { mergeReports } from "./merge-reports";
import { recordVerifications } from "./record-verifications";
import { runVerification, scheduleVerification, type VerifierContext } from "./run-verifications";
import type { VerificationReport } from "./schema";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };
const GOING = new AbortController().signal;

let bench: AuditBench;
let key: SigningKey;

/** A signer with its own copy: it answers what the newest `grow` signed, whatever the database shows later. */
let signed: SignerWord;

/** Lines the verifier logged, as JSON. */
let logged: Record<string, unknown>[];

beforeEach(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
  key = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
  logged = [];
  signed = { is: "absent" };
});
afterEach(() => bench.close());

function cx(overrides: Partial<VerifierContext> = {}): VerifierContext {
  const destination = { write: (line: string) => void logged.push(JSON.parse(line)) };
  return {
    db: bench.cx.db,
    writer: bench.sequencerPool,
    instance: bench.cx.instance,
    clock: systemClock,
    logger: createLogger("test", "info", destination),
    logVkey: key.vkey,
    certificates: [],
    askSigner: async () => signed,
    everyMs: 86_400_000,
    ...overrides,
  };
}

/** Adds entries to the tree, with a signed checkpoint of all of them. */
async function grow(count: number): Promise<number> {
  for (let at = 0; at < count; at += 1) await recordEvent(bench.cx, EVENT);
  await integrateBatch(bench.sequencerPool, bench.place);
  const head = await readHead(bench.sequencerPool, bench.place.log);
  if (head === undefined) throw new Error("no head");
  const text = checkpointText({ origin: bench.place.log, size: head.size, root: head.root });
  const note = await signWholeNote(key, text);
  await insertCheckpoint(bench.sequencerPool, bench.place, { ...head, note }, []);
  signed = { is: "signed", checkpoint: { origin: bench.place.log, size: head.size, root: head.root } };
  return head.size;
}

/** Changes the database as its owner could, without any trigger. */
async function tamper(...statements: string[]): Promise<void> {
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  try {
    const tables = ["entry", "leaf", "part", "index", "tile", "checkpoint", "head", "queue", "compartment"];
    for (const table of tables) await admin.query(`ALTER TABLE audit_${table} DISABLE TRIGGER USER`);
    for (const statement of statements) await admin.query(statement);
    for (const table of tables) await admin.query(`ALTER TABLE audit_${table} ENABLE TRIGGER USER`);
  } finally {
    await admin.end();
  }
}

/** Runs the portal's part: index rows against the sealed parts. */
const checkRows = () => checkNextIndex({ ...bench.cx, logger: cx().logger });

/** Runs a whole verification: the worker's walk, then the portal's check of the index rows. */
async function verify(overrides: Partial<VerifierContext> = {}): Promise<VerificationReport> {
  await scheduleVerification(cx({ ...overrides, everyMs: 1 }));
  const report = await runVerification(cx(overrides), GOING);
  if (report === undefined) throw new Error("nothing was verified");
  expect(await checkRows()).toBe(true);
  const { rows } = await bench.appPool.query(
    "SELECT index_report FROM audit_verification ORDER BY id DESC LIMIT 1",
  );
  return mergeReports(report, IndexReport.parse(rows[0].index_report));
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

  it("names a changed entry, and raises an alarm without any content", async () => {
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

  it("checks every index row against its entry, in every form of entries", async () => {
    const ids = {
      transactionId: uuidv7(1),
      requestId: uuidv7(2),
      grantId: uuidv7(3),
      participantId: "client-1",
    };
    await recordEvent(bench.cx, { ...EVENT, purpose: "audit", index: ids });
    await recordEvent(bench.cx, { ...EVENT, caseId: uuidv7(4), caseDetails: { order: "x" } });
    await recordEvent(bench.cx, { ...EVENT, suspicion: { why: "y" } });
    await recordEvent(bench.cx, {
      ...EVENT,
      outcome: "denied",
      access: { dataAccessed: ["settlement"], success: false, error: "no grant" },
    });
    const size = await grow(3);
    expect(await verify()).toMatchObject({ verdict: "sound", indexed: size, findings: [] });
  });

  it.each([
    ["at", "'2020-01-01T00:00:00.000000Z'"],
    ["actor", "'system:other'"],
    ["action", "'audit.export'"],
    ["outcome", "'denied'"],
    ["purpose", "'audit'"],
    ["transaction_id", `'${uuidv7(9)}'`],
    ["participant_id", "'client-456'"],
    ["request_id", `'${uuidv7(9)}'`],
    ["grant_id", `'${uuidv7(9)}'`],
    ["case_id", `'${uuidv7(9)}'`],
    ["is_access", "true"],
    ["is_suspicion", "true"],
  ])("names the entry whose index row has another %s", async (column, value) => {
    await grow(9);
    await tamper(`UPDATE audit_index SET ${column} = ${value} WHERE entry_id = ${entryAt(5)}`);
    const report = await verify();
    expectNamed(report, 5);
    expect(report.findings.map((finding) => finding.class)).toContain("index");
    expect(report.findings.at(-1)?.detail).toContain(column);
  });

  it("names an entry whose index row is missing or another tenant's, and an index row without an entry", async () => {
    await grow(9);
    // The wall between tenants hides such a row from the verifier.
    await tamper(`UPDATE audit_index SET tenant_id = '${uuidv7(9)}' WHERE entry_id = ${entryAt(5)}`);
    expectNamed(await verify(), 5);
    await tamper(`DELETE FROM audit_index WHERE entry_id = ${entryAt(5)}`);
    expectNamed(await verify(), 5);
    await tamper(
      `INSERT INTO audit_index (entry_id, tenant_id, at, action, outcome)
       VALUES ('${uuidv7(9)}', '${bench.place.tenantId}', '2020-01-01T00:00:00.000000Z', 'audit.read', 'done')`,
    );
    expect((await verify()).findings.map(({ detail }) => detail)).toContainEqual(
      expect.stringContaining("which does not exist"),
    );
  });

  it("names an entry that was moved to another case with its compartment, or out of its own", async () => {
    const [mine, other] = [uuidv7(4), uuidv7(5)];
    await recordEvent(bench.cx, { ...EVENT, caseId: mine, caseDetails: { order: "x" } });
    await recordEvent(bench.cx, { ...EVENT, caseId: other, caseDetails: { order: "y" } });
    await grow(3);
    expect(await verify()).toMatchObject({ verdict: "sound" });
    const { rows } = await bench.appPool.query(
      "SELECT l.seq FROM audit_leaf l JOIN audit_index i ON i.entry_id = l.entry_id WHERE i.case_id = $1",
      [mine],
    );
    const seq = Number(rows[0].seq);
    const compartment = `(SELECT id FROM audit_compartment WHERE subject = '${other}')`;
    await tamper(
      `UPDATE audit_index SET case_id = '${other}' WHERE case_id = '${mine}'`,
      `UPDATE audit_part SET compartment_id = ${compartment}
       WHERE compartment_id = (SELECT id FROM audit_compartment WHERE subject = '${mine}')`,
    );
    expectNamed(await verify(), seq);
    await tamper(
      `UPDATE audit_index SET case_id = NULL WHERE entry_id = ${entryAt(seq)}`,
      `DELETE FROM audit_part WHERE entry_id = ${entryAt(seq)} AND c <> 'org'`,
    );
    expectNamed(await verify(), seq);
  });

  it.each([
    ["destroyed", "UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now()"],
    ["deleted with its row", "DELETE FROM audit_compartment"],
    [
      "exchanged",
      "UPDATE audit_compartment SET sealed_key = (SELECT sealed_key FROM audit_compartment WHERE kind = 'org')",
    ],
    ["said to be of a suspicion", "UPDATE audit_compartment SET kind = 'suspicion'"],
  ])("names the entry whose person's key was %s without an erasure in the log", async (_, change) => {
    const client = { address: "192.0.2.7" };
    const { id } = await recordEvent(
      { ...bench.cx, client },
      { ...EVENT, caseId: uuidv7(4), caseDetails: {} },
    );
    await grow(3);
    expect(await verify()).toMatchObject({ verdict: "sound" });
    const { rows } = await bench.appPool.query("SELECT seq FROM audit_leaf WHERE entry_id = $1", [id]);
    await tamper(`${change} WHERE kind = 'subject' OR (kind = 'case' AND subject = '${uuidv7(4)}')`);
    const report = await verify();
    expectNamed(report, Number(rows[0].seq));
    expect(report.findings.map((finding) => finding.class)).toContain("erased");
  });

  it("names an entry whose person's part was moved to another person's erased key", async () => {
    const person = (at: number) => ({ ...bench.cx, system: `p${at}`, client: { address: "192.0.2.7" } });
    const mine = await recordEvent(person(1), EVENT);
    await recordEvent(person(2), EVENT);
    const of = (at: number) => `(SELECT id FROM audit_compartment WHERE subject = 'system:p${at}')`;
    const other = await bench.appPool.query(`SELECT id::text FROM audit_compartment WHERE id = ${of(2)}`);
    const erase = "UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now()";
    await recordEvent(bench.cx, await erasureOf(bench.cx, other.rows[0].id));
    await tamper(`${erase} WHERE id = ${of(2)}`);
    await grow(3);
    expect(await verify()).toMatchObject({ verdict: "sound" });
    await tamper(
      `UPDATE audit_part SET compartment_id = ${of(2)} WHERE entry_id = '${mine.id}' AND compartment_id = ${of(1)}`,
    );
    const { rows } = await bench.appPool.query("SELECT seq FROM audit_leaf WHERE entry_id = $1", [mine.id]);
    expectNamed(await verify(), Number(rows[0].seq));
  });

  it("names an entry with an added part that it does not bind", async () => {
    await grow(9);
    await tamper(
      `INSERT INTO audit_part (entry_id, c, tenant_id, compartment_id, stored)
       SELECT entry_id, 'AAAAAAAAAAA', tenant_id, compartment_id, stored FROM audit_part WHERE entry_id = ${entryAt(5)} AND c = 'org'`,
    );
    expectNamed(await verify(), 5);
  });

  it.each([
    ["root", "root = set_byte(root, 3, get_byte(root, 3) # 1)"],
    ["chain", "chain = set_byte(chain, 3, get_byte(chain, 3) # 1)"],
    ["frontier", "frontier[1] = set_byte(frontier[1], 3, get_byte(frontier[1], 3) # 1)"],
  ])("finds a head whose %s is not what the leaves give", async (name, change) => {
    const size = await grow(9);
    await tamper(`UPDATE audit_head SET ${change}`);
    const report = await verify();
    expectNamed(report, size - 1);
    expect(report.findings).toEqual([expect.objectContaining({ detail: expect.stringContaining(name) })]);
  });

  it("finds a chain that was recomputed from an entry on, and a log without its head", async () => {
    await grow(9);
    await tamper(`UPDATE audit_leaf SET chain = set_byte(chain, 3, get_byte(chain, 3) # 1) WHERE seq = 5`);
    const broken = await verify();
    expect(broken.first_bad).toBe(5);
    expect(broken.findings.map((finding) => finding.class)).toContain("reorder");
    await tamper("DELETE FROM audit_head");
    expect((await verify()).findings.map((finding) => finding.class)).toContain("truncation");
  });

  it("finds a log whose newest leaves were removed, although its head was adapted", async () => {
    const size = await grow(9);
    await tamper(
      `DELETE FROM audit_leaf WHERE seq >= ${size - 2}`,
      `UPDATE audit_head SET size = ${size - 2}`,
    );
    const cut = await verify();
    expectNamed(cut, size - 2);
    expect(cut.findings.map((finding) => finding.class)).toContain("missing leaf");
  });

  it.each([
    ["the head", `UPDATE audit_head SET size = ${Number.MAX_SAFE_INTEGER}`],
    ["a leaf", `UPDATE audit_leaf SET seq = ${Number.MAX_SAFE_INTEGER - 1} WHERE seq = 2`],
  ])("comes to an end where %s says a number that no log reaches", async (_, statement) => {
    await grow(3);
    await tamper(statement);
    const report = await verify();
    expect(report.verdict).toBe("wrong");
    expect(report.findings.map((finding) => finding.class)).toContain("missing leaf");
    expect(report.entries).toBeLessThan(10_000);
  });

  it("checks index rows as far as the worker walked, whatever progress the portal's login writes", async () => {
    await grow(3);
    await scheduleVerification(cx({ everyMs: 1 }));
    await runVerification(cx(), GOING);
    const progress = { next: 0, size: Number.MAX_SAFE_INTEGER, indexed: 0, findings: [], more: 0 };
    await bench.appPool.query("UPDATE audit_verification SET index_progress = $1", [
      JSON.stringify(progress),
    ]);
    expect(await checkRows()).toBe(true);
    const { rows } = await bench.appPool.query("SELECT index_report FROM audit_verification");
    expect(rows[0].index_report).toMatchObject({ indexed: 3, findings: [] });
  });

  it("finds a checkpoint that another key signed, and reports that no checkpoint covers the entries", async () => {
    await grow(3);
    await tamper("UPDATE audit_checkpoint SET note = replace(note, '— ', '— x')");
    const report = await verify({ askSigner: async () => ({ is: "absent" }) });
    expect(report).toMatchObject({ verdict: "wrong", size: 0 });
    expect(report.findings[0]?.class).toBe("keys");
  });

  it("reports where the signer's own copy differs from the database", async () => {
    await grow(3);
    const refused = await verify({ askSigner: async () => ({ is: "refused", reason: "changed", seq: 1 }) });
    expectNamed(refused, 1);
    const root = new Uint8Array(32);
    const other = await verify({
      askSigner: async () => ({ is: "signed", checkpoint: { origin: bench.place.log, size: 3, root } }),
    });
    expect(other).toMatchObject({ verdict: "wrong", findings: [{ class: "fork" }] });
  });

  it("finds an entry that is neither in the tree nor queued, and one that has waited too long", async () => {
    await grow(3);
    await recordEvent(bench.cx, EVENT);
    const late = { ...systemClock, nowMicros: () => systemClock.nowMicros() + 120_000_000n };
    const waiting = await verify({ clock: late });
    expect(waiting.findings).toEqual([
      expect.objectContaining({ class: "unanchored tail", is_unfinished: true }),
    ]);
    await tamper("DELETE FROM audit_queue");
    const stray = await verify();
    expect(stray.findings.map((finding) => finding.class)).toEqual(["missing leaf"]);
    expect(stray.findings[0]).not.toHaveProperty("is_unfinished");
  });

  it("reports open quarantined entries, and the waiting time of others by the database's clock", async () => {
    await grow(3);
    const spoiled = await recordEvent(bench.cx, EVENT);
    await tamper(
      `UPDATE audit_entry SET bytes = bytes || '\\x20'::bytea, at = '!' WHERE id = '${spoiled.id}'`,
    );
    await integrateBatch(bench.sequencerPool, bench.place);
    await recordEvent(bench.cx, EVENT);
    const late = { ...systemClock, nowMicros: () => systemClock.nowMicros() + 120_000_000n };
    const report = await verify({ clock: late });
    expect(report.verdict).toBe("wrong");
    expect(report.queue.count).toBe(1);
    expect(report.findings.map((finding) => finding.class)).toEqual(
      expect.arrayContaining(["unanchored tail", "missing leaf"]),
    );
    expect(report.findings.map((finding) => finding.detail).join()).toContain(spoiled.id);
  });

  it("reports no quarantined entry that has received its leaf", async () => {
    await grow(3);
    const { rows } = await bench.appPool.query("SELECT entry_id FROM audit_leaf WHERE seq = 2");
    await bench.sequencerPool.query(
      "INSERT INTO audit_quarantine (entry_id, tenant_id, reason) VALUES ($1, $2, 'format')",
      [rows[0].entry_id, bench.place.tenantId],
    );
    expect((await verify()).findings).toEqual([]);
  });
});

describe("verification jobs", () => {
  it("do not begin automatically before the first checkpoint", async () => {
    expect(await scheduleVerification(cx())).toBe(false);
    await grow(1);
    expect(await scheduleVerification(cx({ everyMs: 0 }))).toBe(false);
    expect(await scheduleVerification(cx())).toBe(true);
  });

  it("are claimed by one of two workers, and another continues an interrupted one where it stopped", async () => {
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
    await bench.sequencerPool.query(
      "UPDATE audit_verification SET lease_until = now() - interval '1 s' WHERE state = 'running'",
    );
    expect(await runVerification(cx(), GOING)).toMatchObject({ verdict: "sound", entries: 1_103 });
  });

  it("keep a written report, and none of their other columns can change", async () => {
    await grow(2);
    await verify();
    const change = (sql: string) => bench.appPool.query(sql);
    await expect(
      bench.sequencerPool.query(`UPDATE audit_verification SET report = '{"verdict":"sound"}'`),
    ).rejects.toMatchObject({ code: "SP002" });
    await expect(
      change(`UPDATE audit_verification SET index_report = '{"indexed":0,"findings":[],"more":0}'`),
    ).rejects.toMatchObject({ code: "SP002" });
    for (const set of [
      `report = '{"verdict":"sound"}'`,
      "state = 'done'",
      "started_at = now()",
      "cause = 'demand'",
    ])
      await expect(change(`UPDATE audit_verification SET ${set}`)).rejects.toMatchObject({ code: "42501" });
    await expect(change("DELETE FROM audit_verification")).rejects.toMatchObject({ code: "42501" });
  });

  it("have two entries in the log, begin and end, each written once however many portals do it", async () => {
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
