import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { findReaderById } from "@/lib/identity/people/holders-store";
import { forgeEntry, refusalCode } from "@/lib/testing/log/forge-entry";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { NewExport } from "../../schema";
import { readerStanding } from "../export-log";
import { getExport } from "../history/get-export";
import { listExports } from "../history/list-exports";
import { requestExport } from "./request-export";
import { type JobContext, runNextExport } from "./run-export";

let bench: OwnedLog;
let auditor: Context;
let worker: JobContext;

beforeAll(async () => {
  bench = await createOwnedLog();
  auditor = bench.auditor;
  const { db, instance, clock, audit } = bench.cx;
  worker = {
    db,
    instance,
    clock,
    audit,
    findReader: (id) => findReaderById({ db, instance }, id),
    keystore: bench.keystore,
    logger: auditor.logger,
    keepMs: 60_000,
  };
  await bench.anchor();
});
afterAll(() => bench.close());

const ask = (wanted: Record<string, string> = {}) =>
  requestExport(auditor, NewExport.parse({ format: "ndjson", ...wanted }));

async function runAll(): Promise<void> {
  while (await runNextExport(worker));
}

/** Writes a job's row as the portal's database login can, before all other waiting jobs. */
async function forgeJob(said: Record<string, unknown>): Promise<string> {
  const { principal } = auditor;
  const row = {
    id: `00000000-0000-7000-8000-${randomUUID().slice(-12)}`,
    tenant_id: bench.place.tenantId,
    by_user_id: principal.userId,
    format: "ndjson",
    filter: "{}",
    options: "{}",
    fence: readerStanding(principal),
    entry_id: randomUUID(),
    state: "queued",
    kind: "job",
    ...said,
  };
  const places = Object.keys(row).map((_, at) => `$${at + 1}`);
  await bench.appPool.query(
    `INSERT INTO audit_export (${Object.keys(row).join()}) VALUES (${places.join()})`,
    Object.values(row),
  );
  return row.id;
}

describe("a job row that the portal's database login forges", () => {
  it.each([
    ["a format that there is not", { format: "x" }],
    ["a filter that is none", { filter: "5" }],
    ["a filter by something else than text", { filter: '{"action":["x"]}' }],
    ["options that are none", { options: "[]" }],
    ["options of something else than text", { options: '{"bom":true}' }],
    ["a number of attempts that none can follow", { attempt: 2147483647 }],
    ["fewer entries than none", { state: "done", entries: -1 }],
    ["more bytes than a number says exactly", { state: "done", bytes: "9007199254740992" }],
    ["a time that no clock shows", { started_at: "infinity" }],
  ])("is refused: %s", async (_, said) => {
    expect(await refusalCode(forgeJob(said))).toBe("23514");
  });

  it("the database refuses the row if its entry records another export", async () => {
    const { entry_id } = await ask();
    expect(await refusalCode(forgeJob({ entry_id }))).toBe("23505");
    await runAll();
  });
});

it("a job with the largest number of attempts, set by the login, does not delay other jobs", async () => {
  const counted = await ask();
  const { id } = await ask();
  await bench.appPool.query("UPDATE audit_export SET attempt = 100 WHERE id = $1", [counted.id]);
  await runAll();
  expect((await getExport(auditor, counted.id)).state).toBe("failed");
  expect((await getExport(auditor, id)).state).toBe("done");
});

describe("an invalid job row from before the rules existed", () => {
  it("such a row ends as failed and does not delay other jobs or stop a list", async () => {
    await bench.admin.query("ALTER TABLE audit_export DROP CONSTRAINT audit_export_format_known");
    const forged = await forgeJob({ format: "x" });
    const { id } = await ask();
    await runAll();
    const { items } = await listExports(auditor, { limit: 50 });
    const states = items.map((one) => [one.id, one.state]);
    expect(states).toContainEqual([forged, "failed"]);
    expect(states).toContainEqual([id, "done"]);
  });
});

describe("a job whose entry does not request it is not made", () => {
  const stateAfter = async (id: string) => {
    await runAll();
    return (await getExport(auditor, id)).state;
  };

  it("a job without an entry is not made", async () => {
    expect(await stateAfter(await forgeJob({}))).toBe("failed");
  });

  it("a job with an entry that the login wrote is not made", async () => {
    const { rows } = await bench.admin.query("SELECT id FROM audit_compartment WHERE kind = 'org'");
    const part = { c: "org", stored: Buffer.alloc(60), compartmentId: rows[0].id };
    const entry_id = await forgeEntry(bench.appPool, bench.place, { parts: [part] });
    expect(await stateAfter(await forgeJob({ entry_id }))).toBe("failed");
  });

  it("a job with the entry of a streamed export without a row is not made", async () => {
    const { id: entry_id } = await recordEvent(auditor, {
      class: "export",
      outcome: "done",
      action: "audit.export",
      subjects: [],
      details: { format: "ndjson", filter: [] },
    });
    expect(await stateAfter(await forgeJob({ entry_id }))).toBe("failed");
  });

  it.each([
    ["another format", "format = 'csv'"],
    ["a filter less", "filter = '{}'"],
    ["readable parts", "options = '{}'"],
    ["another person", "by_user_id = $2, fence = $3"],
  ])("with a row that the owner changed to %s", async (_, change) => {
    const { id } = await ask({ action: "audit.keys", parts: "none" });
    const other = (await bench.person({ role: "auditor" })).principal;
    const values = change.includes("$") ? [id, other.userId, readerStanding(other)] : [id];
    await bench.admin.query(`UPDATE audit_export SET ${change} WHERE id = $1`, values);
    await runAll();
    const { rows } = await bench.admin.query("SELECT state FROM audit_export WHERE id = $1", [id]);
    expect(rows).toEqual([{ state: "failed" }]);
  });

  it("a job that its entry requests is made, with filter and options", async () => {
    const { id } = await ask({
      format: "csv",
      action: "audit.keys",
      parts: "none",
      delimiter: ";",
      bom: "true",
    });
    expect(await stateAfter(id)).toBe("done");
  });
});
