import { Pool } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { recordEvent } from "../record/record-event";

let bench: OwnedLog;
let lied: Pool;
let auditor: Context;
beforeAll(async () => {
  bench = await createOwnedLog();
  // A function with the name of a PostgreSQL function that finds nothing, on connections that do not start as ours
  // do. It represents every way to make the database answer falsely.
  await bench.admin.query(
    `CREATE SCHEMA evil; GRANT USAGE ON SCHEMA evil TO sealport_app;
     CREATE FUNCTION evil.json_to_recordset(json) RETURNS SETOF record LANGUAGE sql
       AS 'SELECT 0::bigint, NULL::uuid, NULL::uuid, false WHERE false'`,
  );
  lied = new Pool({
    connectionString: bench.database.appUrl,
    options: "-c timezone=UTC -c search_path=evil,pg_catalog,public",
  });
  auditor = { ...bench.auditor, db: { ...bench.auditor.db, pool: lied } };
});
afterAll(async () => {
  await lied.end();
  await bench.close();
});

it("false answers from the database owner cannot withhold an entry without a case", async () => {
  const { id } = await recordEvent(bench.auditor, {
    class: "log",
    outcome: "done",
    action: "audit.keys",
    subjects: [],
  });
  await bench.anchor();
  const whole = await bench.reported({}, auditor);
  expect([whole.verdict, whole.entries]).toEqual(["verified", whole.size]);
  await bench.anchor();
  await pastTriggers(bench.admin, ["audit_index"], () =>
    bench.admin.query("DELETE FROM audit_index WHERE entry_id = $1", [id]),
  );
  const hidden = await bench.reported({}, auditor);
  expect([hidden.verdict, hidden.entries]).toEqual(["verified", hidden.size]);
}, 60_000);
