import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_RETENTION } from "@/lib/access/policy/retention";
import { recordEvent } from "@/lib/audit/record/record-event";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { readRetentionResult, shownRetention } from "@/lib/policies/dry-run/retention-effect";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

const HELD = 3;
let bench: LogBench;
let admin: Client;
beforeAll(async () => {
  bench = await createLogBench({ floorDays: 0 });
  admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  const transaction = uuidv7(1);
  const event = { class: "admin", outcome: "done", action: "audit.read", subjects: [] } as const;
  for (let at = 0; at < HELD; at += 1)
    await recordEvent(bench.cx, { ...event, index: { transactionId: transaction } });
  await Promise.all(Array.from({ length: 300 }, () => recordEvent(bench.cx, event)));
  await bench.anchor();
  // Five years ago: past the minimum of every class, and before the default period ends.
  await pastTriggers(admin, ["audit_entry", "preservation"], async () => {
    await admin.query("UPDATE audit_entry SET at = (substr(at, 1, 4)::int - 5) || substr(at, 5)");
    await admin.query(
      `INSERT INTO preservation (id, tenant_id, requested_by, transactions, reason, state, until)
       VALUES ($1, $2, $1, $3, 'court', 'active', now() + interval '90 days')`,
      [transaction, bench.place.tenantId, [transaction]],
    );
  });
});
afterAll(async () => {
  await admin?.end();
  await bench?.close();
});

const effect = (candidate: typeof DEFAULT_RETENTION) =>
  inSnapshot(bench.cx, (tx) => readRetentionResult(tx, bench.cx, { base: DEFAULT_RETENTION, candidate }));
const count = async () => Number((await admin.query("SELECT count(*) AS n FROM audit_entry")).rows[0].n);

describe("what a shorter period ends", () => {
  it("is counted by class without what a hold keeps, in whole bundles, and nothing is removed by counting", async () => {
    const before = await count();
    const { changes } = await effect({ ...DEFAULT_RETENTION, classes: { "*": 1_500 } });
    const [change, ...others] = changes;
    expect(others).toEqual([]);
    expect(change).toMatchObject({
      kind: "class",
      name: "*",
      before: 2_555,
      after: 1_500,
      kept_by_hold: HELD,
    });
    expect(change?.removes).toBeGreaterThan(200);
    expect(change?.removes).toBeLessThan(256 - HELD);
    expect(Date.parse(change?.first_at ?? "")).toBeLessThan(Date.now());
    expect(await count()).toBe(before);
  });

  it("has the day of the first removal where none is due yet, and names each class", async () => {
    const { changes } = await effect({ ...DEFAULT_RETENTION, classes: { "*": 2_555, admin: 2_000 } });
    expect(changes).toMatchObject([
      { kind: "class", name: "admin", before: 2_555, after: 2_000, removes: 0, kept_by_hold: 0 },
    ]);
    expect(Date.parse(changes[0]?.first_at ?? "")).toBeGreaterThan(Date.now());
  });

  it("is nothing for a role without agreed erasures, and for longer periods", async () => {
    const roles = { ...DEFAULT_RETENTION.roles, auditor: 1_500 };
    expect((await effect({ ...DEFAULT_RETENTION, roles })).changes).toEqual([
      {
        kind: "role",
        name: "auditor",
        before: 1_825,
        after: 1_500,
        removes: 0,
        kept_by_hold: 0,
        first_at: null,
      },
    ]);
    const { changes } = await effect({ ...DEFAULT_RETENTION, classes: { "*": 3_000 } });
    expect(changes).toMatchObject([{ removes: 0, kept_by_hold: 0 }]);
  });

  it("looks the same with and without a hold to people who may not know of every hold (I12)", async () => {
    const decider = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
    const auditor = await bench.person({ role: "auditor", hasKey: false });
    const candidate = { ...DEFAULT_RETENTION, classes: { "*": 1_500 } };
    const held = await effect(candidate);
    await pastTriggers(admin, ["preservation"], () =>
      admin.query("UPDATE preservation SET released_at = now(), state = 'released'"),
    );
    const free = await effect(candidate);
    expect(free.changes[0]?.kept_by_hold).toBe(0);
    expect(shownRetention(auditor, held)).toEqual(shownRetention(auditor, free));
    expect(shownRetention(decider, held)).toEqual(held);
  });
});
