import { Client } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { systemClock } from "@/lib/clock";
import { loadSigningKey, type SigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench, createTestKeystore } from "@/lib/testing/benches/audit-bench";
import {
  createTestAuthority,
  serveAuthority,
  stampWith,
  type TestAuthority,
} from "@/lib/testing/servers/time-stamp-authority";
import { checkpointText } from "../entry/checkpoint";
import { signWholeNote } from "../entry/note-line";
import { recordEvent } from "../record/record-event";
import { insertCheckpoint } from "../sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { stampNewest } from "../sequencer/stamp-newest";
import { readHead } from "../sequencer/store";
import type { SignerWord } from "./ask-signer";
import { runVerification, scheduleVerification, type VerifierContext } from "./run-verifications";

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
  ["that is no token", "UPDATE audit_checkpoint SET time_stamp = 'x' WHERE size = 2"],
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
