import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { addCosignature, insertCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { readHead } from "@/lib/audit/sequencer/store";
import { fixedClock } from "@/lib/clock";
import { inSnapshot } from "@/lib/db/transaction";
import { readStoredAnchors } from "@/lib/http/health/anchor-store";
import { alarmsOf, type Health, healthFor, witnessing } from "@/lib/http/health/judge-health";
import { readStoredHealth, type StoredHealth } from "@/lib/http/health/store";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench.close());

describe("anchors", () => {
  beforeAll(async () => {
    await prepareLog(bench.sequencerPool, bench.place);
  });

  const read = (...names: string[]) =>
    inSnapshot(bench.cx, (tx) => readStoredAnchors(tx, bench.place.log, names));

  /** A checkpoint of the whole log and one entry more, with these witnesses' cosignatures. */
  async function checkpoint(...marks: readonly ["own" | "independent", string, number][]): Promise<number> {
    await bench.person({ role: "client", hasKey: false });
    while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
    const head = await readHead(bench.sequencerPool, bench.place.log);
    if (head === undefined) throw new TypeError("no log");
    const cosigned = marks.map(([kind, name, timestamp]) => ({
      line: `by ${name}`,
      mark: { kind, name, timestamp },
    }));
    await insertCheckpoint(bench.sequencerPool, bench.place, { ...head, note: "for a test" }, cosigned);
    return head.size;
  }

  async function row(size: number): Promise<{ size: number; root: Uint8Array }> {
    const { rows } = await bench.appPool.query("SELECT root FROM audit_checkpoint WHERE size = $1", [size]);
    return { size, root: rows[0].root };
  }

  it("a log without checkpoints has no witness", async () => {
    expect(await read("a")).toEqual({ newest: undefined, last: [], stamp: undefined });
  });

  it("each named witness's own last cosignature is found, also below the newest checkpoint", async () => {
    const first = await checkpoint(["own", "a", 1_000], ["independent", "b", 1_001]);
    const second = await checkpoint(["own", "a", 2_000], ["own", "stranger", 2_000]);
    const third = await checkpoint();
    const { newest, last, stamp } = await read("a", "b", "never");
    expect(newest).toMatchObject({ size: third, witnesses: [] });
    expect([...last].sort((x, y) => x.name.localeCompare(y.name))).toEqual([
      { name: "a", timestamp: 2_000, size: second },
      { name: "b", timestamp: 1_001, size: first },
    ]);
    expect(stamp).toBeUndefined();
    await bench.sequencerPool.query(
      "UPDATE audit_checkpoint SET time_stamp = '\\x00', time_stamped_at = '2026-11-24T12:00:00Z' WHERE size = $1",
      [second],
    );
    // A late cosignature is added to its checkpoint; the newest one stays the newest.
    await addCosignature(bench.sequencerPool, bench.place.log, await row(first), {
      line: "by c",
      mark: { kind: "own", name: "c", timestamp: 900 },
    });
    expect((await read("c")).last).toEqual([{ name: "c", timestamp: 900, size: first }]);
    // Also where thousands of checkpoints have gone by without it.
    await bench.sequencerPool.query(
      `INSERT INTO audit_checkpoint (log, size, tenant_id, root, note, witnesses)
     SELECT $1, $2 + n, $3, '', '', '[{"kind": "own", "name": "a", "timestamp": 3000}]' FROM generate_series(1, 2500) n`,
      [bench.place.log, third, bench.place.tenantId],
    );
    expect((await read("b")).last).toEqual([{ name: "b", timestamp: 1_001, size: first }]);
    expect((await read("a")).last).toEqual([{ name: "a", timestamp: 3_000, size: third + 2_500 }]);
    expect((await read("a")).stamp).toEqual({ size: second, at: new Date("2026-11-24T12:00:00Z") });
  });
});

describe("the store", () => {
  const POLICY = { own: 1, independent: 1 };
  const OWN = { name: "o", kind: "own", timestamp: 1 };
  const OTHER = { name: "i", kind: "independent", timestamp: 1 };

  let bench: AuditBench;
  beforeAll(async () => {
    bench = await createAuditBench();
  });
  afterAll(() => bench.close());

  const stored = () => inSnapshot(bench.cx, (tx) => readStoredHealth(tx, bench.place.log, POLICY));
  const publish = (size: number, secondsAgo: number, marks: readonly unknown[]) =>
    bench.sequencerPool.query(
      `INSERT INTO audit_checkpoint (log, size, tenant_id, root, note, witnesses, published_at)
     VALUES ($1, $2, $3, '', '', $4, now() - $5 * interval '1 second')`,
      [bench.place.log, size, bench.place.tenantId, JSON.stringify(marks), secondsAgo],
    );
  const look = async (isStamping = true) => {
    const health = await stored();
    return {
      word: witnessing(health.witnesses, POLICY).witnessed,
      alarms: alarmsOf(health, [], Date.now(), { isStamping }),
    };
  };

  it("the state names who cosigned the newest checkpoint, since when cosignatures are missing, and how old the stamp is", async () => {
    expect(await look()).toEqual({ word: "unwitnessed", alarms: [] });
    await publish(1, 900, [OWN, OTHER]);
    expect(await look()).toEqual({ word: "witnessed", alarms: ["time-stamp-late"] });
    expect((await look(false)).alarms).toEqual([]);
    await publish(2, 5, [OWN]);
    expect((await look(false)).word).toBe("self-witnessed");
    // This is below the policy, but not for long. In a busy log the newest checkpoint is always young, so the age of the
    // oldest one in this run of weak checkpoints counts.
    expect((await look(false)).alarms).toEqual([]);
    await publish(3, 60, []);
    await publish(4, 1, [OWN]);
    expect(await look(false)).toEqual({ word: "self-witnessed", alarms: ["checkpoint-unwitnessed"] });
    await publish(5, 0, [OTHER]);
    expect((await look(false)).word).toBe("witnessed");
    await publish(6, 0, [OWN, OTHER]);
    expect(await look(false)).toEqual({ word: "witnessed", alarms: [] });
    await bench.sequencerPool.query(
      "UPDATE audit_checkpoint SET time_stamp = 'x', time_stamped_at = now() WHERE size = 6",
    );
    expect((await look()).alarms).toEqual([]);
    const { stampedSize, stampedAt } = await stored();
    expect([stampedSize, stampedAt instanceof Date]).toEqual([6, true]);
  });

  it("an agreed erasure that did not run for five minutes raises an alarm that only operators see", async () => {
    const admin = new pg.Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    const id = randomUUID();
    const set = (state: string, agreed: number, tryAfter: number | null) =>
      pastTriggers(admin, ["audit_erasure"], () =>
        admin.query(
          `INSERT INTO audit_erasure (id, tenant_id, compartment_id, reason, state, asked_by, agreed_by, agreed_at, try_after)
         VALUES ($1, $2, $1, 'on request', $3, $1, $6, now() + $4 * interval '1 second', now() + $5 * interval '1 second')
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, agreed_at = excluded.agreed_at, try_after = excluded.try_after`,
          [id, bench.place.tenantId, state, agreed, tryAfter, randomUUID()],
        ),
      );
    try {
      await set("agreed", -60, null);
      expect((await look(false)).alarms).toEqual([]);
      await set("agreed", -400, null);
      expect((await look(false)).alarms).toEqual(["erasure-late"]);
      const health = { alarms: (await look(false)).alarms } as unknown as Health;
      expect(healthFor(health, "client").alarms).toEqual([]);
      expect(healthFor(health, "admin").alarms).toEqual(["erasure-late"]);
      // A date or a hold defers it.
      await set("agreed", -400, 3_600);
      expect((await look(false)).alarms).toEqual([]);
      await set("agreed", -4_000, -400);
      expect((await look(false)).alarms).toEqual(["erasure-late"]);
      await set("asked", -4_000, null);
      expect((await look(false)).alarms).toEqual([]);
    } finally {
      await admin.end();
    }
  });
});

describe("the merge delay", () => {
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
    isArchiveLate: false,
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
});
