import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { openDatabase } from "@/lib/db/client";
import type { Listener } from "@/lib/db/listen";
import { activateDue, activateSet } from "@/lib/policies/activate-set";
import { ActivePolicies, followPolicies } from "@/lib/policies/active-set";
import { beginPolicies } from "@/lib/policies/first-set";
import { getActiveSet, getSet } from "@/lib/policies/get-set";
import { scheduleSet, withdrawSet } from "@/lib/policies/schedule-set";
import { createLogger } from "@/lib/telemetry/logger";
import { createPolicyBench, type PolicyBench } from "@/lib/testing/benches/policy-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";

const HOUR = 3_600_000;
let bench: PolicyBench;
const open: Listener[] = [];
beforeAll(async () => {
  bench = await createPolicyBench();
});
afterEach(() => {
  for (const listener of open.splice(0)) listener.close();
});
afterAll(() => bench?.close());

/** The policies of another portal process, with the lines of its log. */
async function otherPortal() {
  const lines: string[] = [];
  const logger = createLogger("other", "info", { write: (line) => void lines.push(line) });
  const policies = new ActivePolicies({ ...bench.runtime, logger });
  await policies.check();
  return { policies, lines };
}

async function newestSeq(): Promise<number> {
  const [row] = await bench.query("SELECT max(seq) AS seq FROM policy_activation");
  return Number(row?.seq);
}

const system = () => ({ ...bench.runtime, client: {}, requestId: "test", system: "portal" });

/** Runs what only the database's owner can do, past the guards. */
async function asOwner(text: string, values: readonly unknown[]): Promise<void> {
  for (const switched of ["DISABLE", "ENABLE ALWAYS"]) {
    if (switched === "ENABLE ALWAYS") await bench.query(text, values);
    for (const name of ["policy_set_guard", "policy_set_complete"])
      await bench.query(`ALTER TABLE policy_set ${switched} TRIGGER ${name}`);
  }
}

describe("a portal", () => {
  it("follows an activation by another one within two seconds, by its notice", async () => {
    const { policies } = await otherPortal();
    const { db, logger } = bench.runtime;
    const source = { url: bench.portal.audit.database.appUrl, pool: db.pool, logger };
    open.push(followPolicies(source, "other-portal", policies));
    const before = policies.active().version;
    const { number } = await bench.approved();
    const done = await activateSet(bench.anke, number);
    await expect.poll(() => policies.active().version, { timeout: 2_000 }).toBe(done.version);
    expect(policies.active().version).not.toBe(before);
  });

  it("that missed the notice loads the set that an opening's statement names, before it decides", async () => {
    const { policies } = await otherPortal();
    const { number } = await bench.approved();
    const done = await activateSet(bench.anke, number);
    expect(policies.active().version).not.toBe(done.version);
    const seq = await newestSeq();
    await Promise.all([policies.follow(seq), policies.follow(seq), policies.follow(seq - 1)]);
    expect(policies.active().version).toBe(done.version);
    // An opening that read an older state does not take it back.
    await policies.follow(1);
    expect(policies.active().version).toBe(done.version);
  });

  it("refuses where it cannot load the set that is named, or none is", async () => {
    const { policies } = await otherPortal();
    expect(await outcomeOf(policies.follow(undefined))).toBe("policy.unavailable");
    expect(await outcomeOf(policies.follow((await newestSeq()) + 1))).toBe("policy.unavailable");
    const away = openDatabase({
      url: "postgres://sealport_app_login@127.0.0.1:1/none",
      applicationName: "away",
    });
    const logger = createLogger("away", "silent");
    const cut = new ActivePolicies({ db: away, instance: bench.runtime.instance, logger });
    expect(await cut.check()).toBe("unavailable");
    expect(await outcomeOf(cut.follow(1))).toBe("policy.unavailable");
    await away.close();
  });

  it("refuses to decide by a text that the database's owner altered, and raises one alarm", async () => {
    const { policies, lines } = await otherPortal();
    const active = await getActiveSet(bench.anke);
    const [row] = await bench.query("SELECT document FROM policy_set WHERE number = $1", [active.number]);
    const alter = "UPDATE policy_set SET document = replace(document, '1825', '9825') WHERE number = $1";
    await asOwner(alter, [active.number]);
    expect(await policies.check()).toBe("altered");
    await policies.check();
    const refused = await refusalOf(policies.follow(await newestSeq()));
    expect(refused).toMatchObject({ code: "policy.unavailable", status: 503 });
    expect(() => policies.active()).toThrow("does not match the log");
    expect(lines.filter((line) => line.includes("policy.altered"))).toHaveLength(1);
    // The same with a digest that fits: the activation has the one that was agreed to.
    const fitting = `UPDATE policy_set SET document_digest =
      rtrim(translate(encode(sha256(convert_to(document, 'UTF8')), 'base64'), '+/', '-_'), '=') WHERE number = $1`;
    await asOwner(fitting, [active.number]);
    expect(await policies.check()).toBe("altered");
    await asOwner("UPDATE policy_set SET document = $2, document_digest = $3 WHERE number = $1", [
      active.number,
      row?.document,
      active.document_digest,
    ]);
    expect(await policies.check()).toBe("active");
    expect(policies.active().version).toBe(active.version);
  });

  it("refuses to decide by an activation that no entry of the log names, and by an older one", async () => {
    const { policies } = await otherPortal();
    const seq = await newestSeq();
    const alter = async (text: string) => {
      await bench.query("ALTER TABLE policy_activation DISABLE TRIGGER USER");
      await bench.query(text);
      await bench.query("ALTER TABLE policy_activation ENABLE TRIGGER USER");
    };
    await alter(`INSERT INTO policy_activation SELECT gen_random_uuid(), tenant_id, ${seq + 1}, set_id, number, version,
      document_digest, 'activate', by_user_id, at, entry_id FROM policy_activation WHERE seq = 1`);
    expect(await outcomeOf(policies.follow(seq + 1))).toBe("policy.unavailable");
    expect(await policies.check()).toBe("altered");
    await alter(`DELETE FROM policy_activation WHERE seq = ${seq + 1}`);
    expect(await policies.check()).toBe("active");
    await alter(`UPDATE policy_activation SET seq = seq + 1000 WHERE seq = 1`);
    expect(await policies.check()).toBe("altered");
    await alter(`UPDATE policy_activation SET seq = 1 WHERE seq = 1001`);
    await alter(`UPDATE policy_activation SET seq = -1 WHERE seq = ${seq}`);
    expect(await policies.check()).toBe("altered");
    await alter(`UPDATE policy_activation SET seq = ${seq} WHERE seq = -1`);
    expect(await policies.check()).toBe("active");
  });

  it("that starts writes no second first set, and records a build with another floor once", async () => {
    const before = await newestSeq();
    await Promise.all([beginPolicies(system()), beginPolicies(system())]);
    expect(await newestSeq()).toBe(before);
    await bench.query("ALTER TABLE policy_activation DISABLE TRIGGER USER");
    await bench.query("UPDATE policy_activation SET version = 'of another build' WHERE seq = $1", [before]);
    await bench.query("ALTER TABLE policy_activation ENABLE TRIGGER USER");
    await Promise.all([beginPolicies(system()), beginPolicies(system())]);
    const active = await getActiveSet(bench.anke);
    expect(active.activations[0]).toMatchObject({
      seq: before + 1,
      why: "build",
      version: active.version,
      by: null,
    });
    expect(await newestSeq()).toBe(before + 1);
  });
});

describe("a scheduled set", () => {
  it("becomes active at its time, once, by one of several portals", async () => {
    const { number } = await bench.approved();
    const at = new Date(bench.clock.nowMs() + HOUR);
    await scheduleSet(bench.anke, number, { at: at.toISOString() });
    expect(await activateDue(system())).toBe(0);
    bench.clock.advance(HOUR);
    const done = await Promise.all([activateDue(system()), activateDue(system())]);
    expect(done.reduce((sum, one) => sum + one, 0)).toBe(1);
    const set = await getSet(bench.anke, number);
    expect(set).toMatchObject({ state: "active", activations: [{ why: "activate", by: null }] });
    // A clock that is set back takes nothing back.
    bench.clock.advance(-2 * HOUR);
    expect(await activateDue(system())).toBe(0);
    expect((await getActiveSet(bench.anke)).number).toBe(number);
  });

  it("that another activation overtook goes back to its author and never becomes active", async () => {
    const [late, early] = [await bench.approved(), await bench.approved()];
    const at = new Date(bench.clock.nowMs() + HOUR).toISOString();
    await scheduleSet(bench.anke, late.number, { at });
    await activateSet(bench.anke, early.number);
    bench.clock.advance(HOUR);
    expect(await activateDue(system())).toBe(0);
    expect(await getSet(bench.anke, late.number)).toMatchObject({ state: "draft", active_from: null });
    await withdrawSet(bench.anke, late.number, { reason: "overtaken" });
  });

  it("of two for the same time the lower number becomes active and the other one goes back", async () => {
    const [one, other] = [await bench.approved(), await bench.approved()];
    const at = new Date(bench.clock.nowMs() + HOUR).toISOString();
    for (const { number } of [other, one]) await scheduleSet(bench.anke, number, { at });
    bench.clock.advance(HOUR);
    expect(await activateDue(system())).toBe(1);
    expect((await getActiveSet(bench.anke)).number).toBe(one.number);
    expect((await getSet(bench.anke, other.number)).state).toBe("draft");
  });
});

// The last part: the log goes on from here, and the clock was set back before.
describe("a portal that starts", () => {
  it("does not decide by an older set because the newest activation was removed", async () => {
    const seq = await newestSeq();
    const alter = async (text: string) => {
      await bench.query("ALTER TABLE policy_activation DISABLE TRIGGER USER");
      await bench.query(text);
      await bench.query("ALTER TABLE policy_activation ENABLE TRIGGER USER");
    };
    const { audit } = bench.portal;
    await prepareLog(audit.sequencerPool, audit.place);
    while ((await integrateBatch(audit.sequencerPool, audit.place)).added > 0);
    await alter(`UPDATE policy_activation SET seq = -seq WHERE seq = ${seq}`);
    const { policies } = await otherPortal();
    expect(() => policies.active()).toThrow("does not match the log");
    await alter(`UPDATE policy_activation SET seq = -seq WHERE seq = ${-seq}`);
    expect(await policies.check()).toBe("active");
  });
});
