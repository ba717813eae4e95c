import { Client, type Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseProof } from "@/lib/audit/bundle-verifier/tree/check-proof";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import { exportLog } from "@/lib/audit/export/export-log";
import { listExports } from "@/lib/audit/export/history/list-exports";
import { downloadExport } from "@/lib/audit/export/jobs/download-export";
import { requestExport } from "@/lib/audit/export/jobs/request-export";
import { runNextExport } from "@/lib/audit/export/jobs/run-export";
import { SuspicionQuery } from "@/lib/audit/people-schema";
import { getEvent } from "@/lib/audit/reading/get-event";
import { listAccessLogs } from "@/lib/audit/reading/list-access-logs";
import { listEvents, listSuspicions } from "@/lib/audit/reading/list-events";
import { getAuditKeys, getCheckpoint } from "@/lib/audit/reading/proofs/get-audit-keys";
import { getProof } from "@/lib/audit/reading/proofs/get-proof";
import { recordEvent } from "@/lib/audit/record/record-event";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { startNewLog } from "@/lib/audit/recovery/start-new-log";
import { EventQuery, ExportHistoryQuery, ExportQuery, NewExport } from "@/lib/audit/schema";
import { checkNextIndex } from "@/lib/audit/self-check/check-index";
import { listVerifications, requestVerification } from "@/lib/audit/self-check/list-verifications";
import { recordVerifications } from "@/lib/audit/self-check/record-verifications";
import { runVerification } from "@/lib/audit/self-check/run-verifications";
import { VerificationQuery } from "@/lib/audit/self-check/schema";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { systemClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { fromBase64url } from "@/lib/crypto/bytes";
import { openOwnerPool } from "@/lib/db/migrate";
import { findReaderById } from "@/lib/identity/people/holders-store";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { getRotation } from "@/lib/keys/rotation/view";
import { createLogger } from "@/lib/telemetry/logger";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { erasureOf } from "@/lib/testing/log/erasure-of";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

describe("a closed log", () => {
  let bench: LogBench;
  let owner: Pool;
  let auditor: Context;
  let old: string;
  let size: number;
  /** A waiting background export that was requested before the closing. */
  let waiting: string;
  let compliance: Context;
  /** Pseudonym of a person who is erased after the log is closed. */
  let gone: string;
  /** Entry of a suspicion in the old log. */
  let suspicion: string;

  /** A portal after `recover --new-origin`: the same database and people, another log, another receipt name. */
  function under<C extends Context>(cx: C, origin: string): C {
    const instance = { ...cx.instance, log: origin };
    const receiptKey = bench.keystore.readNamedKey("receipt");
    if (receiptKey === undefined) throw new TypeError("no receipt key");
    const audit = createAuditRecorder({
      pool: bench.appPool,
      keystore: bench.keystore,
      instance,
      receiptKey,
    });
    return { ...cx, instance, audit };
  }

  /** One export and one verification from before the closing, both ended. */
  async function actInOldLog(person: Context): Promise<void> {
    const { response } = await exportLog(person, ExportQuery.parse({ format: "ndjson" }));
    await response.arrayBuffer();
    await requestVerification(person);
    const { db, instance } = bench.cx;
    const logger = createLogger("test", "silent");
    const askSigner = async () => ({ is: "absent" }) as const;
    const [logVkey = ""] = bench.policy.log;
    const worker = {
      db,
      instance,
      logger,
      askSigner,
      logVkey,
      clock: systemClock,
      writer: bench.sequencerPool,
    };
    await runVerification({ ...worker, certificates: [], everyMs: 0 }, new AbortController().signal);
    await checkNextIndex({ ...bench.cx, logger });
    await recordVerifications(bench.cx);
  }

  beforeAll(async () => {
    bench = await createLogBench();
    owner = openOwnerPool(bench.database.adminUrl, bench.database.tenantId);
    old = bench.place.log;
    const person = await bench.person({ role: "auditor" });
    for (let n = 0; n < 5; n += 1)
      await recordEvent(person, {
        class: "log",
        outcome: "done",
        action: "audit.keys",
        subjects: [],
        details: { n },
      });
    const client = await bench.person({ role: "client" });
    await recordEvent(client, { class: "log", outcome: "done", action: "audit.proof", subjects: [] });
    gone = client.principal.pseudonym;
    const officer = await bench.person({ role: "coordinator", duties: ["compliance"] });
    suspicion = (
      await recordEvent(officer, {
        class: "log",
        outcome: "done",
        action: "suspicion.note",
        subjects: [],
        suspicion: { why: "x" },
      })
    ).id;
    await bench.anchor();
    await actInOldLog(person);
    await bench.anchor();
    const closedLogs = [
      { origin: old, log: bench.policy.log, receipts: bench.policy.receipts, witnesses: [] },
    ];
    Object.assign(bench.cx.instance, { closedLogs });
    const checkpoint = await bench.appPool.query(
      "SELECT note, size::int FROM audit_checkpoint ORDER BY size DESC LIMIT 1",
    );
    size = checkpoint.rows[0].size;
    const [oldVkey = ""] = bench.policy.log;
    waiting = (await requestExport(person, NewExport.parse({ format: "bundle" }))).id;
    // Written but not in the tree when the log was closed.
    await recordEvent(person, { class: "log", outcome: "done", action: "audit.proof", subjects: [] });
    await startNewLog(owner, bench.place, {
      origin: `${old}/2`,
      checkpoint: checkpoint.rows[0].note,
      oldVkey,
    });
    auditor = under(person, `${old}/2`);
    compliance = under(officer, `${old}/2`);
    await prepareLog(bench.sequencerPool, { ...bench.place, log: `${old}/2` });
  });
  afterAll(async () => {
    await owner?.end();
    await bench?.close();
  });

  it("a closed log can be listed, opened entry by entry and proven, and the read is recorded in the log that followed", async () => {
    const { items } = await listEvents(auditor, EventQuery.parse({ log: old }));
    const mine = items.filter((item) => item.action === "audit.keys");
    expect(mine).toHaveLength(5);
    const seq = mine[0]?.seq ?? -1;
    const event = await getEvent(auditor, seq, old);
    expect(event.public.log).toBe(old);
    expect(event.parts.find((part) => part.kind === "org")?.plaintext).toMatchObject({
      details: { n: expect.any(Number) },
    });
    expect(parseProof(await getProof(auditor, seq, old))).toMatchObject({ index: seq, size });
    expect(await getCheckpoint(auditor, old)).toContain(`${old}\n${size}\n`);
    const { rows } = await bench.appPool.query(
      "SELECT DISTINCT e.log FROM audit_index i JOIN audit_entry e ON e.id = i.entry_id WHERE i.action = 'audit.read'",
    );
    expect(rows).toEqual([{ log: `${old}/2` }]);
    const first = await listEvents(auditor, EventQuery.parse({ log: old, waiting: "true" }));
    expect(first.items[0]).toMatchObject({ action: "audit.proof", seq: null });
    // Without a named log, the present log is read.
    expect(
      (await listEvents(auditor, EventQuery.parse({}))).items.some(
        (item) => item.seq === seq && item.action === "audit.keys",
      ),
    ).toBe(false);
  });

  it("a closed log is exported as a bundle that verifies with its own key, whole", async () => {
    const { response } = await exportLog(auditor, ExportQuery.parse({ format: "bundle", log: old }));
    const bytes = new Uint8Array(await response.arrayBuffer());
    const keys = await getAuditKeys(auditor, old);
    expect(keys.log).toEqual(bench.policy.log);
    expect(keys.closed).toEqual([old]);
    const report = await verifyBundle(bytes, {
      policy: { log: keys.log, receipts: keys.receipts, witnesses: [], quorum: 0, checkpoints: [] },
    });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ verdict: "verified", log: old, size });
    expect(fromBase64url((await getEvent(auditor, 0, old)).entry).length).toBeGreaterThan(0);
  });

  it("suspicions in a closed log are listed for people who may see them", async () => {
    const seen = async (cx: Context, log?: string) =>
      (await listSuspicions(cx, SuspicionQuery.parse({ log }))).items.map((item) => item.entry_id);
    expect(await seen(compliance, old)).toEqual([suspicion]);
    expect(await seen(compliance)).toEqual([]);
    expect(await seen(auditor, old)).toEqual([]);
    await expect(seen(compliance, `${old}/3`)).rejects.toMatchObject({ code: "audit.not-found" });
  });

  it("no other origin is accepted", async () => {
    for (const log of ["log.test/other", `${old}/3`]) {
      await expect(listEvents(auditor, EventQuery.parse({ log }))).rejects.toMatchObject({
        code: "audit.not-found",
      });
      await expect(exportLog(auditor, ExportQuery.parse({ format: "bundle", log }))).rejects.toMatchObject({
        code: "audit.not-found",
      });
    }
  });

  it("a closed log can be exported in the background, and the history names the exported log and the recording log", async () => {
    const { db, clock } = bench.cx;
    const worker = {
      db,
      clock,
      instance: auditor.instance,
      audit: auditor.audit,
      logger: auditor.logger,
      keystore: bench.keystore,
      findReader: (userId: string) => findReaderById(bench.cx, userId),
      keepMs: 86_400_000,
    };
    const { id } = await requestExport(auditor, NewExport.parse({ format: "bundle", log: old }));
    while (await runNextExport(worker));
    const { response } = await downloadExport(auditor, id, {});
    const keys = await getAuditKeys(auditor, old);
    const report = await verifyBundle(new Uint8Array(await response.arrayBuffer()), {
      policy: { log: keys.log, receipts: keys.receipts, witnesses: [], quorum: 0, checkpoints: [] },
    });
    expect(report).toMatchObject({ verdict: "verified", findings: [], log: old, size });
    expect(report.notes.map((note) => note.detail).join("\n")).toContain(`is in the log ${old}/2`);
    // An export requested before the closing exports the log it was requested of, and is recorded there.
    const before = await downloadExport(auditor, waiting, {});
    const shown = await verifyBundle(new Uint8Array(await before.response.arrayBuffer()), {
      policy: { log: keys.log, receipts: keys.receipts, witnesses: [], quorum: 0, checkpoints: [] },
    });
    expect(shown).toMatchObject({ verdict: "verified", findings: [], log: old, size });
    expect(shown.notes.map((note) => note.detail).join("\n")).not.toContain(`${old}/2`);
    const { items } = await listExports(auditor, ExportHistoryQuery.parse({}));
    expect(items.find((item) => item.id === id)).toMatchObject({
      log: old,
      recorded_in: `${old}/2`,
      filtered_by: [],
    });
    // Made before the closing: it exports the old log and is recorded there.
    expect(items.at(-1)).toMatchObject({ format: "ndjson", log: old, recorded_in: old });
    const { seq } = items.at(-1) ?? {};
    expect((await getEvent(auditor, seq ?? -1, old)).entry_id).toBe(items.at(-1)?.entry_id);
    await expect(
      requestExport(auditor, NewExport.parse({ format: "csv", log: `${old}/3` })),
    ).rejects.toMatchObject({ code: "audit.not-found" });
  });

  it("a verification from before the closing is bound by its entry in the closed log, which it names", async () => {
    const { items } = await listVerifications(auditor, VerificationQuery.parse({}));
    expect(items).toEqual([expect.objectContaining({ record: "bound", recorded_in: old })]);
    const [run] = items;
    expect((await getEvent(auditor, run?.seq ?? -1, old)).public.class).toBe("log");
  });

  /** Erases a person's compartment as the present log's portal records it. Returns the entry. */
  async function eraseInNewLog(pseudonym: string): Promise<string> {
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    try {
      const { rows } = await admin.query(
        "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
        [pseudonym],
      );
      const erasure = await erasureOf(bench.cx, rows[0].id);
      await pastTriggers(admin, ["audit_compartment"], () =>
        admin.query("UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1", [
          rows[0].id,
        ]),
      );
      return (await recordEvent(auditor, erasure)).id;
    } finally {
      await admin.end();
    }
  }

  it("the bundle of a closed log shows parts erased after its closing, with the log that records the erasure", async () => {
    const query = { format: "bundle", log: old } as const;
    const entry = await eraseInNewLog(gone);
    await expect(exportLog(auditor, ExportQuery.parse(query))).rejects.toMatchObject({
      code: "export.erasure",
    });
    const present = { ...bench.place, log: `${old}/2` };
    while ((await integrateBatch(bench.sequencerPool, present)).added > 0);
    const { response } = await exportLog(auditor, ExportQuery.parse(query));
    const bytes = new Uint8Array(await response.arrayBuffer());
    const keys = await getAuditKeys(auditor, old);
    const report = await verifyBundle(bytes, {
      policy: { log: keys.log, receipts: keys.receipts, witnesses: [], quorum: 0, checkpoints: [] },
    });
    expect([report.verdict, report.findings]).toEqual(["verified", []]);
    const note = report.notes.find((one) => one.class === "erased elsewhere");
    expect(note?.detail).toContain(`entries of ${old}/2`);
    expect(Buffer.from(bytes).includes(entry)).toBe(true);
  });
});

describe("after a new log", () => {
  type Person = Awaited<ReturnType<LogBench["person"]>>;

  let bench: LogBench;
  let owner: Pool;
  let client: Person;
  let miner: Person;
  let auditor: Person;
  let transaction: string;

  /** A portal after `recover --new-origin`: the same database and people, another log, another receipt name. */
  function under<C extends Context>(cx: C, origin: string): C {
    const instance = { ...cx.instance, log: origin };
    const receiptKey = bench.keystore.readNamedKey("receipt");
    if (receiptKey === undefined) throw new TypeError("no receipt key");
    const audit = createAuditRecorder({
      pool: bench.appPool,
      keystore: bench.keystore,
      instance,
      receiptKey,
    });
    return { ...cx, instance, audit };
  }

  async function submit(from: Person, to: Person): Promise<string> {
    const input = NewTransaction.parse({
      job_id: "job-1",
      confidential: true,
      participants: [to.principal.participantId],
      amount: "1000",
      currency: "EUR",
    });
    return (await submitTransaction(from, input)).transaction_id;
  }

  beforeAll(async () => {
    bench = await createLogBench();
    owner = openOwnerPool(bench.database.adminUrl, bench.database.tenantId);
    client = await bench.person({ role: "client" });
    miner = await bench.person({ role: "miner" });
    auditor = await bench.person({ role: "auditor" });
    transaction = await submit(client, miner);
    await bench.anchor();
    const opened = await openTransaction(client, transaction, { purpose: "settlement" });
    expect(opened.data).toMatchObject({ amount: "1000" });
    await bench.anchor();
    const old = bench.place.log;
    const closedLogs = [
      { origin: old, log: bench.policy.log, receipts: bench.policy.receipts, witnesses: [] },
    ];
    Object.assign(bench.cx.instance, { closedLogs });
    const checkpoint = await bench.appPool.query(
      "SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1",
    );
    const [oldVkey = ""] = bench.policy.log;
    await startNewLog(owner, bench.place, {
      origin: `${old}/2`,
      checkpoint: checkpoint.rows[0].note,
      oldVkey,
    });
    await prepareLog(bench.sequencerPool, { ...bench.place, log: `${old}/2` });
    client = under(client, `${old}/2`);
    miner = under(miner, `${old}/2`);
    auditor = under(auditor, `${old}/2`);
  });
  afterAll(async () => {
    await owner?.end();
    await bench?.close();
  });

  it("parties can open what was sealed before the log was closed", async () => {
    const opened = await openTransaction(client, transaction, { purpose: "settlement" });
    expect(opened.data).toMatchObject({ amount: "1000" });
  });

  it("access logs include what the closed log recorded", async () => {
    const { logs } = await listAccessLogs(auditor, { limit: 50, offset: 0 });
    const opened = logs.filter((log) => log.success && log.data_accessed.includes("amount"));
    expect(opened.length).toBeGreaterThan(1);
    expect(new Set(opened.map((log) => log.participant_id))).toEqual(
      new Set([client.principal.participantId]),
    );
  });

  it("data sealed with a retired key are re-wrapped", async () => {
    const { participantId } = client.principal;
    const { rotation_id } = await rotateKey(client, { participantId }, "rewrap");
    await runRotations({ ...client, system: "portal" });
    expect(await getRotation(client, rotation_id)).toMatchObject({ state: "completed" });
  });
});
