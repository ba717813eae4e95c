import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inSnapshot } from "@/lib/db/transaction";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { alarmsOf, type Health, healthFor, witnessing } from "./judge-health";
import { readStoredHealth } from "./store";

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
  // Below the policy, and not yet for long; a busy log's newest is always young, so the oldest of the row counts.
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
