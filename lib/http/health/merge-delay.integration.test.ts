import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { fixedClock } from "@/lib/clock";
import { inSnapshot } from "@/lib/db/transaction";
import { alarmsOf } from "@/lib/http/health/judge-health";
import { readStoredHealth, type StoredHealth } from "@/lib/http/health/store";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };

const STORED: StoredHealth = {
  migrations: [],
  logSize: 0,
  checkpointSize: 0,
  checkpointAt: undefined,
  unsignedSince: undefined,
  witnesses: [],
  belowPolicySince: undefined,
  firstCheckpointAt: undefined,
  stampedSize: undefined,
  stampedAt: undefined,
  workerSeenAt: undefined,
  oldestWaiting: undefined,
  waitingSince: undefined,
  quarantined: 0,
  isFoundWrong: false,
  isUncompared: false,
  declaredLosses: 0,
  openIntents: 0,
  endsNotAtCustodian: 0,
  lateErasures: 0,
  mergeDelay: undefined,
};

let bench: AuditBench;
beforeAll(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
});
afterAll(() => bench?.close());

const health = () =>
  inSnapshot(bench.cx, (tx) => readStoredHealth(tx, bench.place.log, { own: 0, independent: 0 }));

test("the merge delay is measured over the newest leaves, and past a minute it is an alarm", async () => {
  expect((await health()).mergeDelay).toBeUndefined();
  for (let at = 0; at < 5; at += 1) await recordEvent(bench.cx, EVENT);
  await integrateBatch(bench.sequencerPool, bench.place);
  const prompt = await health();
  expect(prompt.mergeDelay).toMatchObject({ entries: 5 });
  expect(alarmsOf(prompt, [], Date.now(), { isStamping: false })).not.toContain("merge-delay");

  const clock = fixedClock(new Date(Date.now() - 90_000));
  await recordEvent({ ...bench.cx, clock }, EVENT);
  const waiting = await health();
  expect(alarmsOf(waiting, [], Date.now(), { isStamping: false })).toContain("integration-late");
  await integrateBatch(bench.sequencerPool, bench.place);
  const late = await health();
  expect(late.mergeDelay?.max).toBeGreaterThanOrEqual(90_000);
  expect(late.mergeDelay?.p50).toBeLessThan(late.mergeDelay?.max ?? 0);
  expect(alarmsOf(late, [], Date.now(), { isStamping: false })).toContain("merge-delay");
});

test("a refusal of the signer is an alarm with its reason code", async () => {
  expect(alarmsOf(await health(), [], Date.now(), { isStamping: false, refused: "fork" })).toContain(
    "signer-refuses-fork",
  );
});

test("a checkpoint is late by the age of the waiting entry, not by the idle time before it", async () => {
  const { log, tenantId } = bench.place;
  const { logSize } = await health();
  await bench.sequencerPool.query(
    `INSERT INTO audit_checkpoint (log, size, tenant_id, root, note, witnesses, published_at)
     VALUES ($1, $2, $3, '', '', '[]', now() - interval '1 hour')`,
    [log, logSize, tenantId],
  );
  await recordEvent(bench.cx, EVENT);
  await integrateBatch(bench.sequencerPool, bench.place);
  const fresh = await health();
  expect(alarmsOf(fresh, [], Date.now(), { isStamping: false })).not.toContain("checkpoint-late");
  expect(alarmsOf(fresh, [], Date.now() + 60_000, { isStamping: false })).toContain("checkpoint-late");
});

test("a verification that found the log wrong is an alarm until a later one does not", () => {
  const found = { ...STORED, isFoundWrong: true };
  expect(alarmsOf(found, [], Date.now(), { isStamping: false })).toEqual(["log-verification-wrong"]);
  expect(alarmsOf(STORED, [], Date.now(), { isStamping: false })).toEqual([]);
  const declared = { ...found, declaredLosses: 1 };
  expect(alarmsOf(declared, [], Date.now(), { isStamping: false })).toEqual([]);
});
