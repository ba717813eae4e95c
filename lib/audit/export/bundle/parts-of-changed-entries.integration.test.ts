import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { NO_CASE } from "@/lib/audit/recovery/store";
import type { Context } from "@/lib/context/context";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.keys", subjects: [] };
const TABLES = ["audit_entry", "audit_queue", "audit_index", "audit_part", "audit_recovery"];

let bench: OwnedLog;
let admin: Client;
let agency: Context;
let victim: string;
let foreign: string;

beforeAll(async () => {
  bench = await createOwnedLog();
  ({ admin } = bench);
  agency = await bench.person({ role: "regulator" });
  const person = await bench.person({ role: "client" });
  foreign = (
    await recordEvent(agency, {
      ...EVENT,
      caseId: agency.principal.organisationId,
      caseDetails: { order: "x" },
    })
  ).id;
  victim = (await recordEvent(person, EVENT)).id;
  await bench.anchor();
});
afterAll(() => bench.close());

beforeEach(async () => {
  expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
});

/** Returns the verdict on a whole bundle, by default the auditor's, and its findings about the victim. */
async function outcome(cx?: Context): Promise<string> {
  const { rows } = await admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [victim]);
  const { verdict, findings } = await bench.reported({}, cx);
  return `${verdict}, ${findings.find(({ seq }) => seq === rows[0].seq)?.class}`;
}

/** Changes the victim's rows as the database owner could, exports, and restores them. */
async function whileTaken(statements: readonly [string, unknown[]][], cx?: Context): Promise<string> {
  await admin.query(`CREATE TEMP TABLE kept_entry AS SELECT * FROM audit_entry WHERE id = '${victim}'`);
  await admin.query(`CREATE TEMP TABLE kept_index AS SELECT * FROM audit_index WHERE entry_id = '${victim}'`);
  try {
    await pastTriggers(admin, TABLES, async () => {
      for (const [text, values] of statements) await admin.query(text, values);
    });
    return await outcome(cx);
  } finally {
    await pastTriggers(admin, TABLES, async () => {
      await admin.query("UPDATE audit_entry e SET bytes = k.bytes FROM kept_entry k WHERE k.id = e.id");
      await admin.query("DELETE FROM audit_index WHERE entry_id = $1", [victim]);
      await admin.query("INSERT INTO audit_index SELECT * FROM kept_index");
      await admin.query("DELETE FROM audit_recovery WHERE entry_id = $1", [victim]);
    });
    await admin.query("DROP TABLE kept_entry, kept_index");
  }
}

it("a whole export includes an entry whose bytes were changed to a recovery that names itself as lost", async () => {
  const { log, tenantId } = bench.place;
  const { rows } = await admin.query("SELECT at FROM audit_index WHERE entry_id = $1", [victim]);
  const [{ at }] = rows;
  const bytes = canonicalJson({
    v: 1,
    log,
    id: victim,
    at,
    tenant: "t_x",
    class: "log",
    outcome: "done",
    sealed: [],
    pub: { recovery: { from: 0, to: 0, lost: [`entry:${victim}`] } },
  });
  const seen = await whileTaken([
    ["UPDATE audit_entry SET bytes = $2 WHERE id = $1", [victim, Buffer.from(bytes)]],
    [
      "UPDATE audit_index SET action = 'log.recovered', actor = NULL, participant_id = NULL, case_id = $2 WHERE entry_id = $1",
      [victim, NO_CASE],
    ],
    [
      `INSERT INTO audit_recovery (entry_id, tenant_id, log, from_seq, to_seq, assurance, statements)
       VALUES ($1, $2, $3, 0, 0, 'evaluation', '[]')`,
      [victim, tenantId, log],
    ],
  ]);
  expect(seen).toBe("wrong, missing leaf");
});

it("a whole export includes an entry whose bytes and index row were changed to those of another agency's case", async () => {
  const seen = await whileTaken([
    [
      "UPDATE audit_entry SET bytes = (SELECT o.bytes FROM audit_entry o WHERE o.id = $2) WHERE id = $1",
      [victim, foreign],
    ],
    ["DELETE FROM audit_index WHERE entry_id = $1", [victim]],
    [
      `INSERT INTO audit_index SELECT (jsonb_populate_record(i, jsonb_build_object('entry_id', $1::text))).*
       FROM audit_index i WHERE i.entry_id = $2`,
      [victim, foreign],
    ],
  ]);
  expect(seen).toBe("wrong, missing leaf");
});

it.each<[string, string]>([
  ["another case", "UPDATE audit_index SET case_id = gen_random_uuid() WHERE entry_id = $1"],
  ["nothing", "DELETE FROM audit_index WHERE entry_id = $1"],
])("a whole export includes an entry with invalid bytes whose index row names %s", async (_, row) => {
  const seen = await whileTaken([
    ["UPDATE audit_entry SET bytes = convert_to('none', 'UTF8') WHERE id = $1", [victim]],
    [row, [victim]],
  ]);
  expect(seen).toBe("wrong, missing leaf");
});

it("a whole export for a reader of every case and suspicion includes an entry with invalid bytes and no index row", async () => {
  const everything = await bench.person({ role: "coordinator", duties: ["approve", "compliance"] });
  await bench.anchor();
  const seen = await whileTaken(
    [
      ["UPDATE audit_entry SET bytes = convert_to('none', 'UTF8') WHERE id = $1", [victim]],
      ["DELETE FROM audit_index WHERE entry_id = $1", [victim]],
    ],
    everything,
  );
  expect(seen).toBe("wrong, missing leaf");
});
