import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acknowledgeAlert, resolveAlert } from "@/lib/alerts/act-on-alert";
import { AlarmBuffer } from "@/lib/alerts/alarm-buffer";
import { keepAlerts } from "@/lib/alerts/keep-alerts";
import { getAlert, listAlerts } from "@/lib/alerts/list-alerts";
import { endUnseen, observe, type Seen } from "@/lib/alerts/observe";
import { AlertQuery } from "@/lib/alerts/schema";
import { storeSignals } from "@/lib/alerts/signal-store";
import { fixedClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { readAlertNeeds } from "@/lib/home/alert-needs";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";

let bench: UseCaseBench;
let admin: Context;
let compliance: Context;
beforeAll(async () => {
  bench = await createUseCaseBench();
  admin = await bench.person({ role: "admin", duties: ["admin"], organisation: "operator" });
  compliance = await bench.person({ role: "coordinator", duties: ["compliance"], organisation: "operator" });
});
afterAll(async () => {
  await bench?.close();
});

const MINUTE_MS = 60_000;
const later = (ms: number) => fixedClock(new Date(Date.now() + ms));
const portal = (more: object = {}) => ({ ...bench.cx, system: "portal", ...more });

const seen = (name: string, more: Partial<Seen> = {}): Seen => ({
  name,
  subject: "instance",
  at: new Date(),
  count: 1,
  entries: [],
  ...more,
});
const alertsOf = async (name: string, view: "open" | "resolved" | "all" = "all") =>
  (await listAlerts(admin, AlertQuery.parse({ view, limit: "500" }))).items.filter(
    (one) => one.name === name,
  );
const only = async (name: string) => {
  const [alert, ...others] = await alertsOf(name);
  expect(others).toEqual([]);
  if (alert === undefined) throw new Error(`no alert ${name}`);
  return alert;
};
/** Actions about an alert in the log, oldest first. */
const actionsAbout = async (id: string) => {
  const { rows } = await bench.appPool.query(
    "SELECT i.action, i.actor FROM audit_queue q JOIN audit_index i ON i.entry_id = q.entry_id WHERE q.subject = $1 ORDER BY q.id",
    [`alert:${id}`],
  );
  return rows.map(({ action, actor }) => [action, actor]);
};

describe("an alert", () => {
  it("opens once, with an entry, and counts what is seen again", async () => {
    for (let i = 0; i < 3; i += 1) await observe(portal(), [seen("checkpoint-late")]);
    const alert = await only("checkpoint-late");
    expect(alert).toMatchObject({
      subject: "instance",
      severity: "critical",
      state: "open",
      runbook: "checkpoint-late",
      count: 3,
      entries: [],
      is_lasting: true,
      may_acknowledge: true,
      may_resolve: false,
    });
    expect(await actionsAbout(alert.id)).toEqual([["alert.open", "system:portal"]]);
  });

  it("opens once if several portals see it at the same time", async () => {
    await Promise.all(Array.from({ length: 6 }, () => observe(portal(), [seen("merge-delay")])));
    expect((await only("merge-delay")).count).toBe(6);
  });

  it("is acknowledged by one person with a note, which the log records", async () => {
    await observe(portal(), [seen("envelope.replaced", { subject: "transaction:t-1" })]);
    const { id } = await only("envelope.replaced");
    const answer = await acknowledgeAlert(compliance, id, { note: "Reading the log first" });
    expect(answer).toMatchObject({
      state: "acknowledged",
      acknowledged: { by: compliance.principal.name, note: "Reading the log first" },
      may_acknowledge: false,
      may_resolve: true,
      receipt: { entry_id: expect.any(String) },
    });
    const again = await refusalOf(acknowledgeAlert(admin, id, { note: "Me too" }));
    expect(again.code).toBe("alert.acknowledged");
    expect(again.message + JSON.stringify(again)).toContain(compliance.principal.name);
    expect((await actionsAbout(id)).at(-1)).toEqual(["alert.acknowledge", compliance.principal.pseudonym]);
  });

  it("is resolved by a person with a reason, once, and the next alarm opens another one", async () => {
    await observe(portal(), [seen("export.parts")]);
    const { id } = await only("export.parts");
    const answer = await resolveAlert(admin, id, { reason: "A restore test" });
    expect(answer).toMatchObject({
      state: "resolved",
      resolved: { by: admin.principal.name, note: "A restore test" },
    });
    expect(await outcomeOf(resolveAlert(admin, id, { reason: "again" }))).toBe("alert.resolved");
    expect(await outcomeOf(acknowledgeAlert(admin, id, { note: "late" }))).toBe("alert.resolved");
    await observe(portal(), [seen("export.parts")]);
    expect(await alertsOf("export.parts", "open")).toHaveLength(1);
    expect(await alertsOf("export.parts")).toHaveLength(2);
  });

  it("of a condition that lasts cannot be resolved, and ends with an entry when it is not seen any more", async () => {
    await observe(portal(), [seen("time-stamp-late")]);
    const { id } = await only("time-stamp-late");
    expect(await outcomeOf(resolveAlert(admin, id, { reason: "I hope" }))).toBe("alert.lasting");
    await endUnseen(portal({ clock: later(MINUTE_MS) }), "condition");
    expect((await getAlert(admin, id)).state).toBe("open");
    await endUnseen(portal({ clock: later(2 * MINUTE_MS) }), "condition");
    expect(await getAlert(admin, id)).toMatchObject({
      state: "resolved",
      resolved: { by: null, note: null },
    });
    expect((await actionsAbout(id)).at(-1)).toEqual(["alert.end", "system:portal"]);
  });

  it("is not opened by what has just begun, but an open one is seen again", async () => {
    const short = { ...seen("worker-down"), isShort: true };
    await observe(portal(), [short]);
    expect(await alertsOf("worker-down")).toEqual([]);
    await observe(portal(), [seen("worker-down")]);
    await observe(portal(), [short]);
    expect((await only("worker-down")).count).toBe(2);
  });

  it("that only a person ends stays open, and one of a job ends after a quiet hour", async () => {
    await observe(portal(), [seen("log.compartment"), seen("exports.failed")]);
    const hour = 60 * MINUTE_MS;
    await endUnseen(portal({ clock: later(hour - MINUTE_MS) }), "quiet");
    expect((await only("exports.failed")).state).toBe("open");
    await endUnseen(portal({ clock: later(hour + MINUTE_MS) }), "quiet");
    expect((await only("exports.failed")).state).toBe("resolved");
    expect((await only("log.compartment")).state).toBe("open");
  });

  it("counts each entry of the log once, also after it was resolved", async () => {
    const burst = (entries: number[]) => seen("denial-burst", { subject: "actor:p-9", entries });
    await observe(portal(), [burst([4, 5, 6])]);
    await observe(portal(), [burst([5, 6, 7])]);
    const { id, count, entries } = await only("denial-burst");
    expect([count, entries]).toEqual([4, [4, 5, 6, 7]]);
    await resolveAlert(admin, id, { reason: "A wrong setting" });
    await observe(portal(), [burst([6, 7])]);
    expect(await alertsOf("denial-burst")).toHaveLength(1);
    await observe(portal(), [burst([7, 8])]);
    const [next] = await alertsOf("denial-burst", "open");
    expect(next?.entries).toEqual([8]);
  });

  it("about a person names them, and they cannot act on it themselves", async () => {
    const { pseudonym, name } = compliance.principal;
    await observe(portal(), [seen("self-approval", { subject: `actor:${pseudonym}`, entries: [11] })]);
    const { id, person, may_acknowledge: may } = await only("self-approval");
    expect([person, may]).toEqual([name, true]);
    expect(await getAlert(compliance, id)).toMatchObject({ may_acknowledge: false, may_resolve: false });
    expect(await outcomeOf(acknowledgeAlert(compliance, id, { note: "mine" }))).toBe("alert.own");
    expect(await outcomeOf(resolveAlert(compliance, id, { reason: "mine" }))).toBe("alert.own");
    const needs = (cx: Context) => inSnapshot(cx, (tx) => readAlertNeeds(tx, cx));
    const ids = (list: Awaited<ReturnType<typeof needs>>) => list.map(({ subject }) => subject.id);
    expect(ids(await needs(admin))).toContain(id);
    expect(ids(await needs(compliance))).not.toContain(id);
    const auditor = await bench.person({ role: "auditor" });
    expect(await needs(auditor)).toEqual([]);
  });

  it("that another part tells again and again counts each event once, and stays ended", async () => {
    const told = (ms: number) =>
      seen("clock.back", { subject: "process:witness", at: later(ms).now(), isRelayed: true });
    await observe(portal(), [told(0)]);
    const { id } = await only("clock.back");
    for (const ms of [0, 300, -300]) await observe(portal(), [told(ms)]);
    expect(await only("clock.back")).toMatchObject({ count: 1, state: "open" });
    await observe(portal(), [told(5_000)]);
    expect(await only("clock.back")).toMatchObject({ count: 2 });
    await resolveAlert(admin, id, { reason: "set right" });
    await observe(portal(), [told(5_100)]);
    expect(await only("clock.back")).toMatchObject({ state: "resolved" });
    await observe(portal(), [told(60_000)]);
    expect(await alertsOf("clock.back", "open")).toHaveLength(1);
  });

  it("of another tenant is not found", async () => {
    const other = {
      ...admin,
      instance: { ...admin.instance, tenantId: "019af000-0000-7000-8000-0000000000ff" },
    };
    const { id } = await only("merge-delay");
    expect(await outcomeOf(acknowledgeAlert(other, id, { note: "x" }))).toBe("alert.not-found");
    expect(
      await outcomeOf(resolveAlert(admin, "019af000-0000-7000-8000-0000000000aa", { reason: "x" })),
    ).toBe("alert.not-found");
  });
});

describe("the database", () => {
  it.each([
    [
      "an alert without its entry",
      "INSERT INTO alert (id, tenant_id, name, subject, severity, opened_at) VALUES (gen_random_uuid(), $1, 'x', 'y', 'warning', now())",
    ],
    [
      "the acknowledgement of an alert without its entry",
      "UPDATE alert SET note = 'x', acknowledged_at = now(), acknowledged_by = (SELECT id FROM app_user LIMIT 1) WHERE tenant_id = $1 AND acknowledged_at IS NULL AND resolved_at IS NULL",
    ],
  ])("refuses %s", async (_name, text) => {
    await expect(bench.appPool.query(text, [bench.place.tenantId])).rejects.toMatchObject({ code: "SP001" });
  });

  it.each([
    "UPDATE alert SET resolution = 'other' WHERE resolved_at IS NOT NULL AND tenant_id = $1",
    "UPDATE alert SET note = 'other' WHERE acknowledged_at IS NOT NULL AND resolved_at IS NULL AND tenant_id = $1",
  ])("refuses to change what people said: %s", async (text) => {
    await expect(bench.appPool.query(text, [bench.place.tenantId])).rejects.toMatchObject({ code: "SP003" });
  });
});

describe("the job that keeps alerts", () => {
  it("stores the alarms of its own process and of the worker", async () => {
    const alarms = new AlarmBuffer("portal");
    alarms.take({ alarm: "policy.replay", run: "r-1" }, new Date());
    const worker = new AlarmBuffer("worker");
    for (let i = 0; i < 2; i += 1) worker.take({ alarm: "clock.skew", seconds: 9 }, new Date());
    await storeSignals(bench.cx, worker);
    await keepAlerts(portal({ alarms }));
    expect(await only("policy.replay")).toMatchObject({ subject: "run:r-1", count: 1 });
    expect(await only("clock.skew")).toMatchObject({ subject: "process:worker", count: 2 });
    await keepAlerts(portal({ alarms }));
    expect((await only("clock.skew")).count).toBe(2);
  });

  it("keeps the alarms of its process for the next pass if they cannot be stored", async () => {
    const alarms = new AlarmBuffer("portal");
    alarms.take({ alarm: "policy.replay", run: "r-2" }, new Date());
    await expect(keepAlerts(portal({ alarms, db: undefined }))).rejects.toThrow();
    expect(alarms.drain()).toMatchObject([{ name: "policy.replay", subject: "run:r-2" }]);
  });
});
