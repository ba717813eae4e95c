import { afterAll, beforeAll, expect, it } from "vitest";
import { recordEvent } from "@/lib/audit/record/record-event";
import { fixedClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { openPool } from "@/lib/db/pool";
import { inTransaction } from "@/lib/db/transaction";
import { createLogger } from "@/lib/telemetry/logger";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { erasePrepared } from "../run-retention";
import { listPrepared } from "../store";
import { askErasure } from "./ask-erasure";
import { agreeToErasure } from "./decide-erasure";
import { prepareDueErasures } from "./prepare-erasure";

let bench: OwnedLog;
let privacy: Context;
let compliance: Context;
beforeAll(async () => {
  bench = await createOwnedLog();
  privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
  compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
});
afterAll(() => bench.close());

/** An agreed erasure of a person whose only entry is so old that no period defers it. */
async function agreed(): Promise<string> {
  const { principal, ...cx } = await bench.person({ role: "client", hasKey: false });
  await recordEvent(
    { ...cx, principal, clock: fixedClock(new Date(Date.now() - 2 * 365 * 86_400_000)) },
    { class: "log", outcome: "done", action: "audit.keys", subjects: [] },
  );
  const { id } = await askErasure(privacy, { subject: principal.handle ?? "", reason: "on request" });
  await agreeToErasure(compliance, id);
  return id;
}

const owned = (statement: string) =>
  pastTriggers(bench.admin, ["audit_erasure"], () => bench.admin.query(statement));

/** Acts with the portal's login. */
const asApp = (set: string, id: string) =>
  inTransaction(bench.cx, (tx) =>
    tx.$executeRawUnsafe(`UPDATE audit_erasure SET ${set} WHERE id = $1::uuid`, id),
  );

async function isPrepared(id: string): Promise<boolean> {
  const { rows } = await bench.admin.query("SELECT prepared FROM audit_erasure WHERE id = $1", [id]);
  return rows[0].prepared !== null;
}

/** Returns how many agreed erasures are deferred by some minutes, at most a quarter of an hour. */
async function put(ids: readonly string[]): Promise<number> {
  const { rows } = await bench.admin.query(
    `SELECT 1 FROM audit_erasure WHERE id = ANY ($1::uuid[]) AND state = 'agreed' AND prepared IS NULL
       AND try_after > now() + interval '5 minutes' AND try_after <= now() + interval '15 minutes'`,
    [ids],
  );
  return rows.length;
}

it("a hundred erasures that no portal can prepare do not delay later ones", async () => {
  const id = await agreed();
  for (let n = 0; n < 100; n += 1)
    await bench.cx.audit.compartments.open({
      tenantId: bench.place.tenantId,
      kind: "subject",
      subject: `p-${n}`,
    });
  // As erasures that were agreed to before marks existed, or whose entries were pruned or restored without parts.
  await owned(`INSERT INTO audit_erasure (id, tenant_id, compartment_id, reason, state, asked_by, asked_at, agreed_by, agreed_at)
    SELECT ('01900000-0000-7000-8000-' || lpad(substr(k.subject, 3), 12, '0'))::uuid, e.tenant_id, k.id, 'starving', 'agreed',
      e.asked_by, now(), e.agreed_by, now()
    FROM audit_compartment k, audit_erasure e WHERE e.id = '${id}' AND k.subject ~ '^p-[0-9]+$'`);
  await owned(`UPDATE audit_erasure SET prepared = NULL, prepared_at = NULL WHERE id = '${id}'`);
  const { rows } = await bench.admin.query("SELECT id::text FROM audit_erasure WHERE reason = 'starving'");
  expect(rows).toHaveLength(100);
  await prepareDueErasures(bench.cx);
  expect(await isPrepared(id)).toBe(false);
  expect(await put(rows.map((row) => row.id))).toBe(100);
  await prepareDueErasures(bench.cx);
  expect(await isPrepared(id)).toBe(true);
});

it("an erasure that cannot be prepared raises one alarm and is retried when its minutes have passed", async () => {
  const id = await agreed();
  const seen: unknown[] = [];
  const logger = Object.assign(createLogger("test", "silent"), { error: (of: unknown) => seen.push(of) });
  const cx = { ...bench.cx, logger };
  const { rows } = await bench.admin.query(
    "SELECT agree_entry_id::text AS agree FROM audit_erasure WHERE id = $1",
    [id],
  );
  await owned(
    `UPDATE audit_erasure SET agree_entry_id = ask_entry_id, prepared = NULL, prepared_at = NULL WHERE id = '${id}'`,
  );
  await prepareDueErasures(cx);
  await prepareDueErasures(cx);
  expect(seen).toEqual([{ alarm: "log.erasure", erasure: id }]);
  await owned(
    `UPDATE audit_erasure SET agree_entry_id = '${rows[0].agree}', try_after = now() WHERE id = '${id}'`,
  );
  await prepareDueErasures(cx);
  expect([await isPrepared(id), seen.length]).toEqual([true, 1]);
  expect(await listPrepared(bench.appPool, bench.place.tenantId)).toContain(id);
});

it("an erasure whose key does not open is deferred as well", async () => {
  const id = await agreed();
  await owned(`UPDATE audit_erasure SET prepared = NULL, prepared_at = NULL WHERE id = '${id}'`);
  const { rows } = await bench.admin.query(
    "SELECT compartment_id::text AS of FROM audit_erasure WHERE id = $1",
    [id],
  );
  await pastTriggers(bench.admin, ["audit_compartment"], () =>
    bench.admin.query(
      "UPDATE audit_compartment SET sealed_key = set_byte(sealed_key, 20, get_byte(sealed_key, 20) # 1) WHERE id = $1",
      [rows[0].of],
    ),
  );
  bench.cx.audit.compartments.forget(rows[0].of);
  expect(await prepareDueErasures(bench.cx)).toBe(0);
  expect(await put([id])).toBe(1);
});

it("the portal's login can defer an erasure by a quarter of an hour at most", async () => {
  const id = await agreed();
  await asApp("try_after = now() + interval '15 minutes'", id);
  await asApp("try_after = NULL", id);
  const refused = "state does not allow this";
  for (const set of [
    "try_after = now() + interval '16 minutes'",
    "try_after = 'infinity'",
    "prepared_at = 'infinity'",
    "prepared_at = now() + interval '1 minute'",
  ])
    await expect(asApp(set, id)).rejects.toThrow(refused);
  const inserted = `INSERT INTO audit_erasure (id, tenant_id, compartment_id, reason, asked_by, try_after)
    SELECT gen_random_uuid(), tenant_id, compartment_id, 'x', asked_by, now() + interval '1 minute'
    FROM audit_erasure WHERE id = $1::uuid`;
  await expect(inTransaction(bench.cx, (tx) => tx.$executeRawUnsafe(inserted, id))).rejects.toThrow(refused);
});

it("an erasure that a date or hold defers for longer keeps its time when other columns change", async () => {
  const id = await agreed();
  await owned(
    `UPDATE audit_erasure SET try_after = now() + interval '1 year', kept_back = 'date' WHERE id = '${id}'`,
  );
  await asApp("prepared = NULL, prepared_at = NULL", id);
  const { rows } = await bench.admin.query(
    "SELECT try_after > now() + interval '300 days' AS is_far FROM audit_erasure WHERE id = $1",
    [id],
  );
  expect(rows[0].is_far).toBe(true);
});

it("an erasure that fails in preparation or when its key is destroyed does not delay others", async () => {
  const [first, second] = [await agreed(), await agreed()].sort();
  const failing = (what: string) =>
    bench.admin.query(`CREATE OR REPLACE FUNCTION fail_one() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.id = '${first}' AND ${what} THEN RAISE EXCEPTION 'disk full'; END IF; RETURN NEW; END $$`);
  await failing("NEW.prepared IS NOT NULL AND OLD.prepared IS NULL");
  await owned(
    `UPDATE audit_erasure SET prepared = NULL, prepared_at = NULL WHERE id IN ('${first}', '${second}')`,
  );
  await bench.admin.query(
    "CREATE TRIGGER fail_one BEFORE UPDATE ON audit_erasure FOR EACH ROW EXECUTE FUNCTION fail_one()",
  );
  expect(await prepareDueErasures(bench.cx)).toBe(1);
  expect([await isPrepared(first ?? ""), await isPrepared(second ?? "")]).toEqual([false, true]);
  expect(await put([first ?? ""])).toBe(1);
  await failing("NEW.state = 'done'");
  await owned(`UPDATE audit_erasure SET try_after = NULL WHERE id = '${first}'`);
  expect(await prepareDueErasures(bench.cx)).toBe(1);
  const retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
  await erasePrepared({
    ...bench.place,
    pool: retention,
    appPool: bench.appPool,
    logger: createLogger("test", "silent"),
  });
  await retention.end();
  await bench.admin.query("DROP TRIGGER fail_one ON audit_erasure");
  const { rows } = await bench.admin.query(
    "SELECT id::text, state FROM audit_erasure WHERE id = ANY ($1::uuid[]) ORDER BY id",
    [[first, second]],
  );
  expect(rows.map((row) => row.state)).toEqual(["agreed", "done"]);
});
