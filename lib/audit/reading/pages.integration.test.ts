import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { exportLog } from "@/lib/audit/export/export-log";
import { listExports } from "@/lib/audit/export/history/list-exports";
import { requestExport } from "@/lib/audit/export/jobs/request-export";
import { AccessLogQuery } from "@/lib/audit/reading/access-logs";
import { getEvent } from "@/lib/audit/reading/get-event";
import { listAccessLogs } from "@/lib/audit/reading/list-access-logs";
import { listEvents } from "@/lib/audit/reading/list-events";
import { recordEvent } from "@/lib/audit/record/record-event";
import { EventQuery, ExportHistoryQuery, ExportQuery, NewExport } from "@/lib/audit/schema";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench.close());

describe("pages", () => {
  const made: AuditEvent = { class: "log", outcome: "done", action: "thing.made", subjects: [] };

  const officer = (role: "auditor" | "regulator") => bench.person({ role, hasKey: false });
  const exportsOf = async (who: Context) => (await listExports(who, ExportHistoryQuery.parse({}))).items;

  async function integrate(): Promise<void> {
    while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
  }

  beforeAll(async () => {
    await prepareLog(bench.sequencerPool, bench.place);
  });

  describe("entry list", () => {
    it("shows waiting entries only on request, and pages back towards the newest", async () => {
      const auditor = await officer("auditor");
      for (let count = 0; count < 5; count += 1) await recordEvent(auditor, made);
      await integrate();
      await recordEvent(auditor, made);
      const page = (query: Record<string, string>) =>
        listEvents(auditor, EventQuery.parse({ action: "thing.made", ...query }));
      const list = async (query: Record<string, string>) => (await page(query)).items.map(({ seq }) => seq);
      const newest = (await list({}))[0] ?? 0;
      const down = (from: number, count: number) => Array.from({ length: count }, (_, at) => from - at);
      expect(await list({})).toEqual(down(newest, 5));
      expect(await list({ waiting: "true" })).toEqual([null, ...down(newest, 5)]);
      const after = String(newest - 3);
      expect(await list({ after, limit: "2" })).toEqual(down(newest - 1, 2));
      expect(await list({ after: String(newest) })).toEqual([]);
      const back = await page({ after, limit: "2", waiting: "true" });
      expect(back.items).toHaveLength(2);
      expect(await list({ cursor: back.next_cursor ?? "" })).toEqual(down(newest - 3, 2));
    });

    it("names actors to auditors and approvers, and to others only people of their own organisation", async () => {
      const member = await bench.person({ role: "coordinator", hasKey: false });
      await recordEvent(member, { ...made, action: "thing.named" });
      await integrate();
      const seen = async (who: Context) => {
        const [item] = (await listEvents(who, EventQuery.parse({ action: "thing.named" }))).items;
        return [item?.actor_name, (await getEvent(who, item?.seq ?? -1)).actor_name];
      };
      const { name } = member.principal;
      const decider = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
      expect(await seen(await officer("auditor"))).toEqual([name, name]);
      expect(await seen(decider)).toEqual([name, name]);
      expect(await seen(member)).toEqual([name, name]);
      expect(await seen(await officer("regulator"))).toEqual([undefined, undefined]);
    });
  });

  describe("export history", () => {
    it("keeps digest and size of the sent bytes, for the maker and for coordinators", async () => {
      const auditor = await officer("auditor");
      const { response } = await exportLog(
        auditor,
        ExportQuery.parse({ format: "json", action: "thing.made" }),
      );
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(await exportsOf(auditor)).toMatchObject([
        {
          by: auditor.principal.name,
          is_own: true,
          format: "json",
          state: "done",
          filter: { action: "thing.made" },
          sha256: createHash("sha256").update(bytes).digest("base64url"),
          bytes: bytes.length,
          entries: 0,
          size: 0,
          seq: null,
        },
      ]);
      await integrate();
      const [own] = await exportsOf(auditor);
      expect((await getEvent(auditor, own?.seq ?? -1)).entry_id).toBe(own?.entry_id);
      expect(await exportsOf(await officer("auditor"))).toEqual([]);
      const staff = (duties: Context["principal"]["duties"]) =>
        bench.person({ role: "coordinator", duties, hasKey: false });
      const [foreign] = await exportsOf(await staff(["legal"]));
      expect(foreign).toMatchObject({
        by: auditor.principal.name,
        is_own: false,
        filtered_by: ["action"],
        entries: 0,
      });
      expect(foreign).not.toHaveProperty("filter");
      // The size of a person's export reveals cases, so those who may not know of them do not see it.
      const [unknowing] = await exportsOf(await staff(["support"]));
      expect(unknowing).toMatchObject({ is_own: false, filtered_by: [], entries: null, bytes: null });
      expect(unknowing).not.toHaveProperty("filter");
    });

    it("shows that an export was broken off when its reader left", async () => {
      const auditor = await officer("auditor");
      const { response } = await exportLog(auditor, ExportQuery.parse({ format: "csv" }));
      await response.body?.cancel();
      await expect
        .poll(async () => (await exportsOf(auditor))[0])
        .toMatchObject({ state: "broken_off", sha256: null });
    });

    it("no login can rewrite or forge the history", async () => {
      for (const change of ["filter = '{}'", "by_user_id = id", "format = 'csv'", "entry_id = NULL"])
        await expect(bench.appPool.query(`UPDATE audit_export SET ${change}`)).rejects.toThrow(
          "permission denied",
        );
      await expect(bench.appPool.query("DELETE FROM audit_export")).rejects.toThrow("permission denied");
    });
  });
});

describe("bundled counts", () => {
  const failure = (action: string, count: number): AuditEvent => ({
    class: "identity",
    outcome: "denied",
    action,
    subjects: [],
    details: { code: "auth.invalid", count, prefix: "sp_a" },
  });

  beforeAll(async () => {
    await recordEvent(bench.cx, failure("identity.authenticate", 1));
    await recordEvent(bench.cx, failure("identity.authenticate", 14));
    await recordEvent(bench.cx, failure("identity.rate_limit", 230));
    await recordEvent(bench.cx, { ...failure("session.create", 9), details: { count: 9 } });
    await bench.integrate();
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
});

describe("known names", () => {
  const CASE = uuidv7(Date.now());
  /** An action that no version here writes: an older version wrote it into the log. */
  const OLDER = "ledger.stamp";
  const FOREIGN = "ledger.open-case";

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
});
