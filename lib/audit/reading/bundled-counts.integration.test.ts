import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import type { AuditEvent } from "../entry/event";
import { recordEvent } from "../record/record-event";
import { EventQuery } from "../schema";
import { listEvents } from "./list-events";

const failure = (action: string, count: number): AuditEvent => ({
  class: "identity",
  outcome: "denied",
  action,
  subjects: [],
  details: { code: "auth.invalid", count, prefix: "sp_a" },
});

let bench: UseCaseBench;

beforeAll(async () => {
  bench = await createUseCaseBench();
  await recordEvent(bench.cx, failure("identity.authenticate", 1));
  await recordEvent(bench.cx, failure("identity.authenticate", 14));
  await recordEvent(bench.cx, failure("identity.rate_limit", 230));
  await recordEvent(bench.cx, { ...failure("session.create", 9), details: { count: 9 } });
  await bench.integrate();
});
afterAll(async () => {
  await bench.close();
});

const countsOf = async (cx: Context, action: string, more: Record<string, string> = {}) =>
  (await listEvents(cx, EventQuery.parse({ action, ...more }))).items.map(({ count }) => count);

it.each(["auditor", "regulator", "coordinator"] as const)(
  "the list shows the %s how many failures an entry records",
  async (role) => {
    const reader = await bench.person({ role, hasKey: false });
    expect(await countsOf(reader, "identity.authenticate")).toEqual([14, 1]);
    expect(await countsOf(reader, "identity.rate_limit")).toEqual([230]);
  },
);

it("an entry of another action counts as one, whatever number it contains", async () => {
  const auditor = await bench.person({ role: "auditor", hasKey: false });
  expect(new Set(await countsOf(auditor, "session.create"))).toEqual(new Set([undefined]));
});

it("an entry that waits for its number has its count too", async () => {
  const auditor = await bench.person({ role: "auditor", hasKey: false });
  await recordEvent(bench.cx, failure("identity.rate_limit", 3));
  expect(await countsOf(auditor, "identity.rate_limit", { waiting: "true" })).toEqual([3, 230]);
});
