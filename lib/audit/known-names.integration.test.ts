import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/use-case-bench";
import { exportLog } from "./export/export-log";
import { requestExport } from "./export/request-export";
import { listEvents } from "./list-events";
import { recordEvent } from "./record-event";
import { EventQuery, ExportQuery, NewExport } from "./schema";

const CASE = uuidv7(Date.now());
/** What no version here writes: it stands in the log as an older version's word. */
const OLDER = "ledger.stamp";
const FOREIGN = "ledger.open-case";

let bench: UseCaseBench;
let auditor: Context;
let decider: Context;

type Filter = { readonly action?: string; readonly purpose?: string };

const calls = [
  ["the list", (cx: Context, filter: Filter) => listEvents(cx, EventQuery.parse(filter))],
  [
    "an export",
    async (cx: Context, filter: Filter) => {
      const { response } = await exportLog(cx, ExportQuery.parse({ format: "csv", ...filter }));
      return response.text();
    },
  ],
  [
    "an export in the background",
    (cx: Context, filter: Filter) => requestExport(cx, NewExport.parse({ format: "csv", ...filter })),
  ],
] as const;

beforeAll(async () => {
  bench = await createUseCaseBench();
  auditor = await bench.person({ role: "auditor", hasKey: false });
  decider = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
  const common = { class: "log", outcome: "done", subjects: [] } as const;
  await recordEvent(auditor, { ...common, action: OLDER, purpose: "stock-taking" });
  const officer = await bench.person({ role: "regulator", hasKey: false, organisation: "agency" });
  await recordEvent(officer, { ...common, action: FOREIGN, caseId: CASE, caseDetails: {} });
  await bench.integrate();
});
afterAll(async () => {
  await bench.close();
});

describe.each(calls)("%s", (_name, call) => {
  it("refuses an action that no entry has, by its name and with the nearest", async () => {
    await expect(call(auditor, { action: "transaction.creat" })).rejects.toMatchObject({
      code: "request.invalid",
      status: 422,
      errors: [
        {
          pointer: "/action",
          detail: expect.stringMatching(/^no action of this log; nearest: transaction\.create,/),
        },
      ],
    });
  });

  it("refuses a purpose that no entry has, and names every member that is wrong", async () => {
    const refused = call(auditor, { action: "nothing.such", purpose: "setlement" });
    await expect(refused).rejects.toMatchObject({
      errors: [
        { pointer: "/action" },
        { pointer: "/purpose", detail: expect.stringContaining("settlement") },
      ],
    });
  });

  it("takes what an older version wrote, and a known action that nobody did", async () => {
    await expect(call(auditor, { action: OLDER })).resolves.toBeTruthy();
    await expect(call(auditor, { purpose: "stock-taking" })).resolves.toBeTruthy();
    await expect(call(auditor, { action: "roster.supersede" })).resolves.toBeTruthy();
  });

  it("tells nobody by the refusal what was done in a case that is not theirs", async () => {
    const refusal = (action: string) => call(auditor, { action }).catch((error: unknown) => error);
    expect(await refusal(FOREIGN)).toMatchObject({ code: "request.invalid" });
    await expect(call(decider, { action: FOREIGN })).resolves.toBeTruthy();
  });
});

it("a look for a name that is in no list is recorded as a read of the log", async () => {
  const reads = async () => {
    const { rows } = await bench.appPool.query(
      "SELECT count(*)::int AS count FROM audit_index WHERE action = 'audit.read'",
    );
    return rows[0].count;
  };
  const before = await reads();
  const refused = exportLog(auditor, ExportQuery.parse({ format: "csv", action: "nothing.such" }));
  await expect(refused).rejects.toMatchObject({ code: "request.invalid" });
  expect(await reads()).toBe(before + 1);
});
