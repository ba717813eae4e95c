import { afterAll, beforeAll, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { acknowledgeAlert } from "@/lib/alerts/act-on-alert";
import { getAlert, listAlerts } from "@/lib/alerts/list-alerts";
import { observe } from "@/lib/alerts/observe";
import { AlertQuery } from "@/lib/alerts/schema";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import { inSnapshot } from "@/lib/db/transaction";
import { type FiguresReader, readFigures, readLogHours } from "@/lib/http/health/figures-store";
import { readChanged } from "@/lib/live/store";
import { isVisibleTo } from "@/lib/live/visible";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";

let bench: AccessBench;
let compliance: BenchPerson;
beforeAll(async () => {
  bench = await createAccessBench();
  compliance = await bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
});
afterAll(() => bench.close());

const DAY_MS = 86_400_000;

function read(who: BenchPerson, now = new Date()) {
  return inSnapshot(who, async (tx) => {
    const { tenantId, log } = who.instance;
    const sealed = await findSealedCases(tx, who);
    const since = new Date(now.getTime() - 30 * DAY_MS);
    const reader: FiguresReader = { tenantId, log, sealed, since, now, rotationDays: 365 };
    return { ...(await readFigures(tx, reader)), hours: await readLogHours(tx, reader) };
  });
}

const totalOf = (rows: readonly { readonly stage: string }[], stage: string) =>
  Object.values(rows.find((one) => one.stage === stage) ?? {}).reduce<number>(
    (sum, value) => sum + (typeof value === "number" ? value : 0),
    0,
  );

it("counts requests by stage and age, and an approval moves one to the next stage", async () => {
  const id = await bench.file();
  const before = await read(compliance);
  expect(totalOf(before.requests, "legal")).toBeGreaterThan(0);
  await decideRequest(bench.legal, id, bench.approval("legal"));
  const after = await read(compliance);
  expect(totalOf(after.requests, "legal")).toBe(totalOf(before.requests, "legal") - 1);
  expect(totalOf(after.requests, "coordinator")).toBe(totalOf(before.requests, "coordinator") + 1);
  const later = await read(compliance, new Date(Date.now() + 4 * DAY_MS));
  const stage = later.requests.find((one) => one.stage === "coordinator");
  expect((stage?.days_2_to_5 ?? 0) + (stage?.late ?? 0)).toBe(totalOf(after.requests, "coordinator"));
});

it("does not count a request that is sealed from the reader", async () => {
  const near = await bench.person({
    ...{ role: "coordinator", duties: ["compliance"], hasKey: false },
    organisationId: bench.client.principal.organisationId,
  });
  const before = await read(near);
  const others = await read(compliance);
  const until = new Date(Date.now() + 60 * DAY_MS).toISOString().slice(0, 10);
  await bench.file({ order: { sealed: { basis: "Section 101", until } } });
  expect(totalOf((await read(near)).requests, "legal")).toBe(totalOf(before.requests, "legal"));
  expect(totalOf((await read(compliance)).requests, "legal")).toBe(totalOf(others.requests, "legal") + 1);
});

it("shows no alert of a grant that is sealed from the reader, in no list, count, entry and stream", async () => {
  const near = await bench.person({
    ...{ role: "coordinator", duties: ["compliance"], hasKey: false },
    organisationId: bench.client.principal.organisationId,
  });
  const until = new Date(Date.now() + 60 * DAY_MS).toISOString().slice(0, 10);
  const id = await bench.file({ order: { sealed: { basis: "Section 101", until } } });
  await decideRequest(bench.legal, id, bench.approval("legal"));
  const { grant_id } = await decideRequest(bench.approver, id, bench.approval("coordinator"));
  const before = await read(near);
  const seen = { at: new Date(), count: 1, entries: [] };
  await observe(near, [{ ...seen, name: "grant-near-cap", subject: `grant:${grant_id}` }]);
  const query = AlertQuery.parse({});
  const [alert] = (await listAlerts(compliance, query)).items;
  expect(alert?.subject).toBe(`grant:${grant_id}`);
  expect((await listAlerts(near, query)).items).toEqual([]);
  const alertId = alert?.id ?? "";
  expect(await outcomeOf(getAlert(near, alertId))).toBe("alert.not-found");
  expect(await outcomeOf(acknowledgeAlert(near, alertId, { note: "Seen" }))).toBe("alert.not-found");
  expect(await read(near)).toMatchObject({ open: before.open, unacknowledged: before.unacknowledged });
  const [changed] = await inSnapshot(near, (tx) => readChanged(tx, near, [{ kind: "alert", id: alertId }]));
  if (changed === undefined) throw new TypeError("no alert");
  const heard = [near, compliance].map(({ principal }) => isVisibleTo(principal, changed));
  expect(heard).toEqual([false, true]);
  const { rows } = await bench.query("SELECT case_id FROM audit_index WHERE action = $1", ["alert.open"]);
  expect(rows).toEqual([{ case_id: id }]);
});

it("shows active keys, the days that rotate them, and the hours of the log", async () => {
  await bench.integrate();
  const figures = await read(compliance, new Date(Date.now() + 300 * DAY_MS));
  expect(figures.active).toBeGreaterThan(0);
  expect(figures.due.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(0);
  const today = await read(compliance);
  expect(today.due).toEqual([]);
  expect(today.hours.reduce((sum, { entries }) => sum + entries, 0)).toBeGreaterThan(10);
  expect(today.entries_today).toBeGreaterThan(10);
});
