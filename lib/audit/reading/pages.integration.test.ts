import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import type { AuditEvent } from "../entry/event";
import { exportLog } from "../export/export-log";
import { listExports } from "../export/history/list-exports";
import { recordEvent } from "../record/record-event";
import { EventQuery, ExportHistoryQuery, ExportQuery } from "../schema";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { getEvent } from "./get-event";
import { listEvents } from "./list-events";

const made: AuditEvent = { class: "log", outcome: "done", action: "thing.made", subjects: [] };

let bench: UseCaseBench;

const officer = (role: "auditor" | "regulator") => bench.person({ role, hasKey: false });
const exportsOf = async (who: Context) => (await listExports(who, ExportHistoryQuery.parse({}))).items;

async function integrate(): Promise<void> {
  while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
}

beforeAll(async () => {
  bench = await createUseCaseBench();
  await prepareLog(bench.sequencerPool, bench.place);
});
afterAll(async () => {
  await bench.close();
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
