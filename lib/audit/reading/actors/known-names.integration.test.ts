import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportLog } from "@/lib/audit/export/export-log";
import { requestExport } from "@/lib/audit/export/jobs/request-export";
import { recordEvent } from "@/lib/audit/record/record-event";
import { EventQuery, ExportQuery, NewExport } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { AccessLogQuery } from "../access-logs";
import { listAccessLogs } from "../list-access-logs";
import { listEvents } from "../list-events";

const CASE = uuidv7(Date.now());
/** An action that no version here writes: an older version wrote it into the log. */
const OLDER = "ledger.stamp";
const FOREIGN = "ledger.open-case";

let bench: UseCaseBench;
let auditor: Context;
let decider: Context;

const READS = "SELECT count(*)::int AS count FROM audit_index WHERE action = 'access.logs'";

type Filter = { readonly action?: string; readonly purpose?: string };

/** Each answers with the rows it took, as text. A job has no rows yet: it answers with its filter. */
const calls = [
  [
    "the list",
    async (cx: Context, filter: Filter) => {
      const { items } = await listEvents(cx, EventQuery.parse(filter));
      return items.map((item) => JSON.stringify(item)).join("\n");
    },
  ],
  [
    "an export",
    async (cx: Context, filter: Filter) => {
      const { response } = await exportLog(cx, ExportQuery.parse({ format: "csv", ...filter }));
      return (await response.text()).split("\r\n").slice(1).join("\n").trim();
    },
  ],
  [
    "an export in the background",
    async (cx: Context, filter: Filter) =>
      JSON.stringify(await requestExport(cx, NewExport.parse({ format: "csv", ...filter }))),
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
  // An export ends at the signed size.
  await bench.sequencerPool.query(
    `INSERT INTO audit_checkpoint (log, size, tenant_id, root, note)
     SELECT log, size, tenant_id, root, '' FROM audit_head WHERE log = $1`,
    [bench.place.log],
  );
});
afterAll(async () => {
  await bench.close();
});

describe.each(calls)("%s", (name, call) => {
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

  it("accepts an action that an older version wrote, and a known action without entries", async () => {
    expect(await call(auditor, { action: OLDER })).toContain(OLDER);
    expect(await call(auditor, { purpose: "stock-taking" })).toContain("stock-taking");
    const empty = await call(auditor, { action: "roster.supersede" });
    if (name === "an export in the background") expect(empty).toContain("roster.supersede");
    else expect(empty).toBe("");
  });

  it("the refusal does not reveal acts in another agency's case", async () => {
    const refusal = (action: string) => call(auditor, { action }).catch((error: unknown) => error);
    expect(await refusal(FOREIGN)).toMatchObject({ code: "request.invalid" });
    expect(await call(decider, { action: FOREIGN })).toContain(FOREIGN);
  });
});

it("a look-up of an unknown name is recorded as a read of the log", async () => {
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

describe("access log", () => {
  const logs = (cx: Context, purpose: string) => listAccessLogs(cx, AccessLogQuery.parse({ purpose }));

  it("refuses a purpose that no entry has, with the nearest, and records the look-up as a read of the access log", async () => {
    const { rows: before } = await bench.appPool.query(READS);
    await expect(logs(auditor, "setlement")).rejects.toMatchObject({
      code: "request.invalid",
      status: 422,
      errors: [{ pointer: "/purpose", detail: expect.stringMatching(/nearest: settlement/) }],
    });
    const { rows: after } = await bench.appPool.query(READS);
    expect(after[0].count).toBe(before[0].count + 1);
  });

  it("accepts a known purpose without entries, and an older version's", async () => {
    expect((await logs(auditor, "settlement")).total_count).toBe(0);
    expect((await logs(auditor, "stock-taking")).total_count).toBe(0);
  });

  it("does not show a participant other people's purposes", async () => {
    const party = await bench.person({ role: "client", hasKey: false });
    await expect(logs(party, "stock-taking")).rejects.toMatchObject({ code: "request.invalid" });
    expect((await logs(party, "settlement")).total_count).toBe(0);
  });
});
