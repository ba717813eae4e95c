import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import type { AuditEvent } from "../entry/event";
import { getEvent } from "../reading/get-event";
import { recordEvent } from "../record/record-event";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());

/** Makes the kind of a compartment equal to any text, before any statement that uses it is prepared. */
async function makeEqualToAll(): Promise<void> {
  const { rows } = await bench.admin.query(
    `SELECT string_agg(attname, ', ') AS columns FROM pg_attribute
     WHERE attrelid = 'audit_compartment'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'kind'`,
  );
  for (const statement of [
    "CREATE TYPE any_kind AS ENUM ('org', 'case', 'subject', 'suspicion')",
    `CREATE FUNCTION is_any(any_kind, text) RETURNS boolean LANGUAGE sql IMMUTABLE
       AS 'SELECT $2 <> ''case'' OR $1::text = $2'`,
    "CREATE OPERATOR = (LEFTARG = any_kind, RIGHTARG = text, FUNCTION = is_any)",
    "ALTER TABLE audit_compartment RENAME TO true_audit_compartment",
    `CREATE VIEW audit_compartment AS SELECT ${rows[0].columns}, kind::any_kind AS kind FROM true_audit_compartment`,
    "GRANT SELECT ON audit_compartment TO sealport_app",
  ])
    await bench.admin.query(statement);
}

it("no part of an unrequested kind is opened, even if the database calls it requested", async () => {
  const regulator = await bench.person({ role: "regulator" });
  const everything = await bench.person({ role: "coordinator", duties: ["approve", "compliance"] });
  const { id } = await recordEvent(bench.auditor, { ...EVENT, suspicion: { why: "x" } });
  const { id: plain } = await recordEvent(bench.auditor, EVENT);
  await recordEvent(regulator, EVENT);
  await recordEvent(everything, EVENT);
  await bench.anchor();
  const { rows } = await bench.admin.query("SELECT entry_id, seq::int FROM audit_leaf");
  const seqs = new Map<string, number>(rows.map((row) => [row.entry_id, row.seq]));
  await makeEqualToAll();
  const shown = async (cx: Context, entry: string) =>
    (await getEvent(cx, seqs.get(entry) ?? -1)).parts.map(({ kind }) => kind).sort();
  const keyed = async (cx: Context, entry: string) => {
    const text = Buffer.from(await bench.exported({ format: "ndjson" }, cx)).toString();
    const line = JSON.parse(text.split("\n").find((one) => one.includes(entry)) ?? "");
    return line.parts.flatMap(({ key, kind }: { key?: string; kind: string }) => (key ? [kind] : [])).sort();
  };
  expect([await shown(regulator, plain), await keyed(regulator, plain)]).toEqual([["org"], ["org"]]);
  expect([await shown(everything, id), await keyed(everything, id)]).toEqual([
    ["org", "suspicion"],
    ["org", "suspicion"],
  ]);
  expect(await shown(bench.auditor, plain)).toEqual(["org", "subject"]);
});
