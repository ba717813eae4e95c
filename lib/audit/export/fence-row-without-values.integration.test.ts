import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import type { AuditEvent } from "../entry/event";
import { AccessLogQuery } from "../reading/access-logs";
import { getEvent } from "../reading/get-event";
import { listAccessLogs } from "../reading/list-access-logs";
import { recordEvent } from "../record/record-event";

const SECRET = "what the organisation's part of it says";
const EVENT: AuditEvent = {
  class: "log",
  outcome: "done",
  action: "audit.keys",
  subjects: [],
  details: { about: SECRET },
  access: { dataAccessed: [SECRET], success: true },
};

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());

const FILTERED = { format: "ndjson", action: "audit.keys" };

async function exportsHave(
  cx: Context,
  queries: readonly Record<string, string>[] = [{ format: "ndjson" }, { format: "csv" }, FILTERED],
): Promise<string[]> {
  const texts = await Promise.all(
    queries.map(async (query) => Buffer.from(await bench.exported(query, cx)).toString()),
  );
  return texts.flatMap((text, at) => (text.includes(SECRET) ? [JSON.stringify(queries[at])] : []));
}

async function columnsBut(table: string, column: string): Promise<string> {
  const { rows } = await bench.admin.query(
    `SELECT string_agg('t.' || attname, ', ') AS columns FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname <> $2`,
    [table, column],
  );
  return rows[0].columns;
}

/** Makes the database return another value for one column of a table while `act` runs. */
async function lying(table: string, column: string, answer: string, act: () => Promise<void>): Promise<void> {
  const others = await columnsBut(table, column);
  await bench.admin.query(`ALTER TABLE ${table} RENAME TO true_${table}`);
  await bench.admin.query(
    `CREATE VIEW ${table} AS SELECT ${others}, ${answer} AS ${column} FROM true_${table} t`,
  );
  await bench.admin.query(`GRANT SELECT ON ${table} TO sealport_app, sealport_auditor`);
  const names = others.replaceAll("t.", "");
  await bench.admin.query(
    `GRANT INSERT ON ${table} TO sealport_app;
     CREATE RULE taken AS ON INSERT TO ${table} DO INSTEAD INSERT INTO true_${table} (${names}, ${column})
       VALUES (${others.replaceAll("t.", "NEW.")}, NEW.${column}::text::boolean)`,
  );
  try {
    await act();
  } finally {
    await bench.admin.query(`DROP VIEW ${table}`);
    await bench.admin.query(`ALTER TABLE true_${table} RENAME TO ${table}`);
  }
}

it("an index row with no value for suspicion does not admit a reader to another agency's case", async () => {
  const compliance = await bench.person({ role: "auditor", duties: ["compliance"] });
  const { id } = await recordEvent(bench.cx, { ...EVENT, caseId: uuidv7(1), caseDetails: {} });
  await bench.anchor();
  expect(await exportsHave(compliance)).toEqual([]);
  await bench.admin.query("ALTER TABLE audit_index ALTER COLUMN is_suspicion DROP NOT NULL");
  await pastTriggers(bench.admin, ["audit_index"], () =>
    bench.admin.query("UPDATE audit_index SET is_suspicion = NULL, case_id = NULL WHERE entry_id = $1", [id]),
  );
  expect(await exportsHave(compliance)).toEqual([]);
  expect(await bench.verdict({}, compliance)).toMatchObject({ verdict: "wrong", classes: ["part"] });
});

it("only compliance reads a suspicion, whatever the database answers", async () => {
  // The entry of the test before has no value for suspicion.
  await pastTriggers(bench.admin, ["audit_index"], () =>
    bench.admin.query(
      "UPDATE audit_index SET is_suspicion = false, case_id = $1 WHERE is_suspicion IS NULL",
      [uuidv7(2)],
    ),
  );
  const compliance = await bench.person({ role: "auditor", duties: ["compliance"] });
  const { id } = await recordEvent(bench.cx, { ...EVENT, suspicion: { why: "x" } });
  await bench.anchor();
  const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [id]);
  const answers = async (cx: Context) => [
    ...(await exportsHave(cx)),
    ...((await getEvent(cx, rows[0].seq).then(JSON.stringify, () => "")).includes(SECRET) ? ["entry"] : []),
    ...(JSON.stringify(await listAccessLogs(cx, AccessLogQuery.parse({}))).includes(SECRET) ? ["logs"] : []),
  ];
  expect(await answers(compliance)).toHaveLength(5);
  expect(await answers(bench.auditor)).toEqual([]);
  // The fence's query is answered with no, and later checks with yes.
  await lying(
    "audit_index",
    "is_suspicion",
    "(t.is_suspicion AND current_query() LIKE '%FROM audit_part p JOIN%')",
    async () => expect(await answers(bench.auditor)).toEqual([]),
  );
  await bench.admin.query("CREATE TYPE flag AS ENUM ('true', 'false')");
  await bench.admin.query(
    "CREATE FUNCTION to_flag(boolean) RETURNS flag LANGUAGE sql IMMUTABLE AS 'SELECT $1::text::flag'",
  );
  await bench.admin.query("CREATE CAST (boolean AS flag) WITH FUNCTION to_flag(boolean) AS ASSIGNMENT");
  await bench.admin.query(
    "CREATE FUNCTION is_flag(flag, boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'",
  );
  await bench.admin.query("CREATE OPERATOR = (LEFTARG = flag, RIGHTARG = boolean, FUNCTION = is_flag)");
  await lying("audit_index", "is_suspicion", "t.is_suspicion::text::flag", async () =>
    expect(await exportsHave(bench.auditor, [FILTERED])).toEqual([]),
  );
});
