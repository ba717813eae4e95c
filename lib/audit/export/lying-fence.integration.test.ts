import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/context";
import { type Database, openDatabase } from "@/lib/db/client";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/owned-log";
import { pastTriggers } from "@/lib/testing/past-triggers";
import { recordEvent } from "../record-event";

let bench: OwnedLog;
let db: Database;
let auditor: Context;
beforeAll(async () => {
  bench = await createOwnedLog();
  // As after ALTER ROLE sealport_app_login SET search_path, with a function of PostgreSQL's own name that finds nothing.
  await bench.admin.query(
    `CREATE SCHEMA evil; GRANT USAGE ON SCHEMA evil TO sealport_app;
     CREATE FUNCTION evil.json_to_recordset(json) RETURNS SETOF record LANGUAGE sql
       AS 'SELECT 0::bigint, NULL::uuid, NULL::uuid, false WHERE false'`,
  );
  const url = new URL(bench.database.appUrl);
  url.searchParams.set("options", "-c search_path=evil,pg_catalog,public");
  db = openDatabase({ url: url.href });
  auditor = { ...bench.auditor, db };
});
afterAll(async () => {
  await db.close();
  await bench.close();
});

it("no entry of no case is withheld from anybody on the word of a database whose owner answers falsely", async () => {
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
