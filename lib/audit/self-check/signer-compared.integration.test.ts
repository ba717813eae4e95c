import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "@/lib/clock";
import { inSnapshot } from "@/lib/db/transaction";
import { alarmsOf } from "@/lib/http/health/judge-health";
import { readStoredHealth } from "@/lib/http/health/store";
import { type ServiceServer, serveHttp } from "@/lib/ipc/server";
import { loadSigningKey, type SigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench, createTestKeystore } from "@/lib/testing/benches/audit-bench";
import type { AuditEvent } from "../entry/event";
import { recordEvent } from "../record/record-event";
import { publishCheckpoint } from "../sequencer/checkpointer";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { type EntryFile, openEntryFile } from "../signer/entry-file";
import { signerHandler } from "../signer/serve-signer";
import { askSigner, type SignerWord } from "./ask-signer";
import { checkNextIndex } from "./check-index";
import { runVerification, scheduleVerification, type VerifierContext } from "./run-verifications";
import type { VerificationReport } from "./schema";

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
