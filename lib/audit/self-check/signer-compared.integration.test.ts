import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkpointText } from "@/lib/audit/entry/checkpoint";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { signWholeNote } from "@/lib/audit/entry/note-line";
import { recordEvent } from "@/lib/audit/record/record-event";
import { askSigner, type SignerWord } from "@/lib/audit/self-check/ask-signer";
import { checkNextIndex } from "@/lib/audit/self-check/check-index";
import {
  runVerification,
  scheduleVerification,
  type VerifierContext,
} from "@/lib/audit/self-check/run-verifications";
import type { VerificationReport } from "@/lib/audit/self-check/schema";
import { insertCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { publishCheckpoint } from "@/lib/audit/sequencer/checkpointer";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { stampNewest } from "@/lib/audit/sequencer/stamp-newest";
import { readHead } from "@/lib/audit/sequencer/store";
import { type EntryFile, openEntryFile } from "@/lib/audit/signer/entry-file";
import { signerHandler } from "@/lib/audit/signer/serve-signer";
import { systemClock } from "@/lib/clock";
import { inSnapshot } from "@/lib/db/transaction";
import { alarmsOf } from "@/lib/http/health/judge-health";
import { readStoredHealth } from "@/lib/http/health/store";
import { type ServiceServer, serveHttp } from "@/lib/ipc/server";
import { loadSigningKey, type SigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench, createTestKeystore } from "@/lib/testing/benches/audit-bench";
import {
  createTestAuthority,
  serveAuthority,
  stampWith,
  type TestAuthority,
} from "@/lib/testing/servers/time-stamp-authority";

describe("the signer compared", () => {
  const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };
  const logger = createLogger("test", "silent");

  let bench: AuditBench;
  let key: SigningKey;
  let file: EntryFile;
  let signerUrl: string;
  let running: ServiceServer | undefined;

  beforeEach(async () => {
    bench = await createAuditBench();
    await prepareLog(bench.sequencerPool, bench.place);
    key = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
    const { log } = bench.place;
    const dir = await mkdtemp(path.join(tmpdir(), "sealport-signer-"));
    file = await openEntryFile(path.join(dir, "log"), log);
    signerUrl = `unix:${dir}/signer.sock`;
    const signer = { pool: bench.signerPool, file, log, signer: key, clock: systemClock };
    running = await serveHttp(signerUrl, signerHandler(signer, logger));
  });
  afterEach(async () => {
    await stop();
    await file.close();
    await bench.close();
  });

  async function stop(): Promise<void> {
    await running?.close(0);
    running = undefined;
  }

  const ask = (): Promise<SignerWord> => askSigner(signerUrl, key.vkey);

  async function grow(count: number): Promise<number> {
    await Promise.all(Array.from({ length: count }, () => recordEvent(bench.cx, EVENT)));
    return (await integrateBatch(bench.sequencerPool, bench.place)).size;
  }

  /** Stores a checkpoint by the signer as the worker does. */
  async function publish(): Promise<void> {
    const options = { ...bench.place, pool: bench.sequencerPool, signerUrl, logVkey: key.vkey, logger };
    await publishCheckpoint(options);
  }

  function cx(asked: () => Promise<SignerWord>, everyMs: number): VerifierContext {
    const { db, instance } = bench.cx;
    const place = {
      db,
      writer: bench.sequencerPool,
      instance,
      clock: systemClock,
      logger,
      logVkey: key.vkey,
      certificates: [],
    };
    return { ...place, askSigner: asked, everyMs };
  }

  async function verify(asked: () => Promise<SignerWord>): Promise<VerificationReport | undefined> {
    await scheduleVerification(cx(asked, 1));
    const report = await runVerification(cx(asked, 1), new AbortController().signal);
    await checkNextIndex({ ...bench.cx, logger });
    return report;
  }

  async function alarms(): Promise<string[]> {
    const health = await inSnapshot(bench.cx, (tx) =>
      readStoredHealth(tx, bench.place.log, { own: 0, independent: 0 }),
    );
    return alarmsOf(health, [], Date.now(), { isStamping: false });
  }

  describe("comparison of a verification with the signer's own copy", () => {
    it("a verification is sound when the signer's own copy has the same root", async () => {
      const size = await grow(5);
      await publish();
      expect(await verify(ask)).toMatchObject({ verdict: "sound", signer: "agrees", entries: size, size });
      expect(await alarms()).not.toContain("log-verification-incomplete");
    });

    it("a verification is never sound while the signer is stopped, and status says so until one was compared", async () => {
      await grow(5);
      await publish();
      await stop();
      expect(await verify(ask)).toMatchObject({ verdict: "incomplete", signer: "absent", findings: [] });
      expect(await alarms()).toContain("log-verification-incomplete");
      const { rows } = await bench.appPool.query(
        "SELECT report->>'verdict' AS verdict FROM audit_verification",
      );
      expect(rows).toEqual([{ verdict: "incomplete" }]);
    });

    it.each<[string, SignerWord]>([
      ["its clock stands behind", { is: "refused", reason: "clock", seq: 5 }],
      ["it says the log is empty", { is: "refused", reason: "empty", seq: 0 }],
      ["its store is lost", { is: "refused", reason: "store", seq: 5 }],
    ])("is not sound when the signer compares nothing since %s", async (_, word) => {
      await grow(5);
      await publish();
      expect((await verify(async () => word))?.verdict).not.toBe("sound");
    });

    it("a verification of a busy log continues to the tree that the signer signed meanwhile, and finds it", async () => {
      await grow(5);
      await publish();
      const meanwhile = async (): Promise<SignerWord> => {
        await grow(7);
        return ask();
      };
      expect(await verify(meanwhile)).toMatchObject({ verdict: "sound", entries: 12, size: 12 });
    });

    it("a verification fails when the signer's copy of a longer log has another beginning", async () => {
      await grow(5);
      await publish();
      const root = new Uint8Array(32);
      const other = async (): Promise<SignerWord> => {
        await grow(2);
        return { is: "signed", checkpoint: { origin: bench.place.log, size: 7, root } };
      };
      expect(await verify(other)).toMatchObject({
        verdict: "wrong",
        signer: "differs",
        findings: [{ class: "fork" }],
      });
    });

    it("a verification fails when the signer has signed fewer entries than the database has", async () => {
      await grow(5);
      await publish();
      const word = await ask();
      await grow(1);
      expect(await verify(async () => word)).toMatchObject({ verdict: "wrong", signer: "differs" });
    });

    it("an incomplete verification is repeated before a whole period has passed", async () => {
      await grow(2);
      await publish();
      await verify(async () => ({ is: "absent" }));
      const later = { ...systemClock, now: () => new Date(Date.now() + 15 * 60_000) };
      expect(await scheduleVerification({ ...cx(ask, 86_400_000), clock: later })).toBe(true);
    });
  });
});

describe("stamps", () => {
  let bench: AuditBench;
  let key: SigningKey;
  let authority: TestAuthority;
  let signed: SignerWord;

  beforeEach(async () => {
    bench = await createAuditBench();
    await prepareLog(bench.sequencerPool, bench.place);
    key = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
    authority = await createTestAuthority();
  });
  afterEach(() => bench.close());

  /** Adds one entry with a signed checkpoint that the test's authority stamped. */
  async function growStamped(): Promise<void> {
    await recordEvent(bench.cx, { class: "log", outcome: "done", action: "audit.read", subjects: [] });
    await integrateBatch(bench.sequencerPool, bench.place);
    const head = await readHead(bench.sequencerPool, bench.place.log);
    if (head === undefined) throw new TypeError("no head");
    const note = await signWholeNote(key, checkpointText({ origin: bench.place.log, ...head }));
    await insertCheckpoint(bench.sequencerPool, bench.place, { ...head, note }, []);
    signed = { is: "signed", checkpoint: { origin: bench.place.log, size: head.size, root: head.root } };
    const server = await serveAuthority(stampWith(authority));
    try {
      await stampNewest({
        pool: bench.sequencerPool,
        log: bench.place.log,
        logVkey: key.vkey,
        authority: { url: server.url, trustedPem: [authority.caPem], timeoutMs: 30_000 },
        periodMs: 0,
        clock: systemClock,
        logger: createLogger("test", "silent"),
      });
    } finally {
      await server.close();
    }
  }

  async function verify(certificates: readonly string[]) {
    const cx: VerifierContext = {
      db: bench.cx.db,
      writer: bench.sequencerPool,
      instance: bench.cx.instance,
      clock: systemClock,
      logger: createLogger("test", "silent"),
      logVkey: key.vkey,
      certificates,
      askSigner: async () => signed,
      everyMs: 1,
    };
    await scheduleVerification(cx);
    return runVerification(cx, new AbortController().signal);
  }

  async function tamper(statement: string): Promise<void> {
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    await admin.query("ALTER TABLE audit_checkpoint DISABLE TRIGGER USER");
    await admin.query(statement);
    await admin.query("ALTER TABLE audit_checkpoint ENABLE TRIGGER USER");
    await admin.end();
  }

  it("checks every time stamp against its checkpoint, and reports stamps without a certificate", async () => {
    await growStamped();
    await growStamped();
    expect(await verify([authority.caPem])).toMatchObject({
      verdict: "sound",
      time_stamps: { checked: 2, unchecked: 0 },
    });
    expect(await verify([])).toMatchObject({ verdict: "sound", time_stamps: { checked: 0, unchecked: 2 } });
  });

  it.each([
    [
      "of another checkpoint",
      "UPDATE audit_checkpoint SET time_stamp = (SELECT time_stamp FROM audit_checkpoint WHERE size = 1) WHERE size = 2",
    ],
    ["moved to another time", "UPDATE audit_checkpoint SET time_stamped_at = '2020-01-01' WHERE size = 2"],
    ["taken away from its time", "UPDATE audit_checkpoint SET time_stamp = NULL WHERE size = 2"],
    ["that is not a token", "UPDATE audit_checkpoint SET time_stamp = 'x' WHERE size = 2"],
  ])("finds a time stamp %s", async (_, statement) => {
    await growStamped();
    await growStamped();
    await tamper(statement);
    const report = await verify([authority.caPem]);
    expect(report?.verdict).toBe("wrong");
    expect(report?.findings).toEqual([
      { class: "time stamp", detail: expect.stringContaining("checkpoint of 2 leaves") },
    ]);
  });

  it("finds a time stamp by an untrusted authority", async () => {
    await growStamped();
    const other = await createTestAuthority();
    const report = await verify([other.caPem]);
    expect(report?.findings.map((finding) => finding.class)).toEqual(["time stamp"]);
  });
});
