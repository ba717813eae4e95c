import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { registerPending } from "@/lib/escrow/client/registrar";
import { passesOf } from "@/lib/runtime/jobs";
import { createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { seedPast } from "@/lib/testing/log/seed-past";

const RECORDS = 20_000;
/** Most rows of a table that a pass with no work may read. It reads waiting tasks and settings, never the records. */
const MOST_ROWS = RECORDS / 20;

let bench: UseCaseBench;
let portal: PortalBench;
let admin: Client;
beforeAll(async () => {
  bench = await createUseCaseBench();
  const { principal } = await bench.person({ role: "client" });
  portal = await createPortalBench({}, bench);
  await seedPast(bench, principal.userId, RECORDS);
  admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin?.end();
  portal?.runtime.live.close();
  await bench?.close();
});

/** Returns how many rows of each table were read so far, by scans and by indexes. */
async function readSoFar(): Promise<Map<string, number>> {
  await admin.query("SELECT pg_stat_clear_snapshot()");
  const { rows } = await admin.query<{ name: string; rows: string }>(
    `SELECT t.relname AS name, t.seq_tup_read + coalesce(sum(i.idx_tup_read), 0) AS rows
     FROM pg_stat_user_tables t LEFT JOIN pg_stat_user_indexes i ON i.relid = t.relid GROUP BY t.relid, t.relname, t.seq_tup_read`,
  );
  return new Map(rows.map(({ name, rows: read }) => [name, Number(read)]));
}

/** Runs a pass on connections of its own, whose counts PostgreSQL publishes when they end. */
async function readBy(pass: (runtime: PortalBench["runtime"]) => Promise<unknown>): Promise<string[]> {
  const name = "one pass";
  const db = openDatabase({ url: bench.database.appUrl, applicationName: name, waitMs: 60_000 });
  const before = await readSoFar();
  try {
    await pass({ ...portal.runtime, db, escrow: bench.escrow });
  } finally {
    await db.close();
  }
  const open = async () =>
    (await admin.query("SELECT 1 FROM pg_stat_activity WHERE application_name = $1", [name])).rowCount;
  await expect.poll(open).toBe(0);
  const after = await readSoFar();
  return [...after].flatMap(([table, rows]) => {
    const read = rows - (before.get(table) ?? 0);
    return read > MOST_ROWS ? [`${table}: ${read}`] : [];
  });
}

const SETTINGS = { exportKeepDays: 30, keyRotationDays: 365 };
const names = [
  "escrow-epoch",
  "pending-grants",
  "deadlines",
  "people",
  "access-reviews",
  "policies",
  "policy-orders",
  "seal",
  "sessions",
  "erasures",
  "exports",
  "export-files",
  "policy-runs",
  "self-check",
  "backup-records",
  "rotations",
  "due-keys",
  "escrow-rewrap",
  "token-objects",
  "notifications",
  "deliveries",
  "alerts",
  "alert-messages",
  "notification-retention",
];

it("a statement that reads a table of records is seen, and every job but the ten-minute report is tried", async () => {
  expect(await readBy(({ db }) => db.pool.query("SELECT count(*) FROM wrap WHERE epk = 'none'"))).toEqual([
    `wrap: ${RECORDS}`,
  ]);
  const all = passesOf(portal.runtime, SETTINGS).map(({ name }) => name);
  expect(all.filter((name) => !names.includes(name))).toEqual(["transparency"]);
});

it.each(names)("a pass of %s with nothing to do reads no table of records", async (name) => {
  const one = (runtime: PortalBench["runtime"]) =>
    passesOf(runtime, SETTINGS)
      .find((job) => job.name === name)
      ?.pass() ?? Promise.reject(new Error(`no job ${name}`));
  // The first pass may find work that is done once.
  await readBy(one);
  expect(await readBy(one)).toEqual([]);
});

it("a pass of the worker's registrar with nothing to do reads no table of records", async () => {
  await readBy(registerPending);
  expect(await readBy(registerPending)).toEqual([]);
});
