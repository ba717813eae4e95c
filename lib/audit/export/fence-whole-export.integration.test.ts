import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import type { AuditEvent } from "../entry/event";
import { getEvent } from "../reading/get-event";
import { recordEvent } from "../record/record-event";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.keys", subjects: [] };
const CASE = uuidv7(1);
const TABLES = ["audit_index", "audit_part", "audit_entry", "audit_leaf"];

let bench: OwnedLog;
let admin: Client;
/** An approver with the duty compliance, who may see the whole log. */
let everything: Context;
let auditor: Context;
/** An entry without a case, and one of a case that the auditor may not see. */
let open: string;
let foreign: string;

beforeAll(async () => {
  bench = await createOwnedLog();
  ({ auditor, admin } = bench);
  everything = await bench.person({ role: "coordinator", duties: ["approve", "compliance"] });
  open = (await recordEvent(bench.cx, EVENT)).id;
  foreign = (await recordEvent(bench.cx, { ...EVENT, caseId: CASE, caseDetails: { order: "x" } })).id;
  await bench.anchor();
});
afterAll(() => bench.close());

async function exported(cx: Context, query: Record<string, string>): Promise<string> {
  return Buffer.from(await bench.exported(query, cx)).toString();
}

/** Changes rows as the owner could, runs the check, and restores every table. */
async function whileTampered(statement: string, look: () => Promise<void>): Promise<void> {
  for (const table of TABLES) await admin.query(`CREATE TEMP TABLE kept_${table} AS SELECT * FROM ${table}`);
  await pastTriggers(admin, TABLES, () => admin.query(statement));
  const kept = await admin.query("SELECT id FROM kept_audit_entry");
  try {
    await look();
  } finally {
    const ids = kept.rows.map((row: { id: string }) => row.id);
    await pastTriggers(admin, TABLES, async () => {
      for (const table of TABLES) {
        const id = table === "audit_entry" ? "id" : "entry_id";
        await admin.query(`DELETE FROM ${table} WHERE ${id} = ANY ($1)`, [ids]);
        await admin.query(`INSERT INTO ${table} SELECT * FROM kept_${table}`);
      }
    });
    for (const table of TABLES) await admin.query(`DROP TABLE kept_${table}`);
  }
}

/** Returns the fault of the log that the newest export of the history found. */
async function lastFlaw(): Promise<string | null> {
  const { rows } = await admin.query("SELECT flaw FROM audit_export ORDER BY id DESC LIMIT 1");
  return rows[0].flaw;
}

const FORMATS = ["csv", "ndjson", "json", "xlsx", "bundle"] as const;

describe("a whole export", () => {
  it("a whole export is made if every entry that it leaves out is outside the reader's fence", async () => {
    expect(await exported(everything, { format: "csv" })).toContain(foreign);
    const seen = await exported(auditor, { format: "csv" });
    expect(seen).toContain(open);
    expect(seen).not.toContain(foreign);
  });

  it.each<[string, () => string]>([
    ["has no index row", () => `DELETE FROM audit_index WHERE entry_id = '${open}'`],
    [
      "is said to be of a case",
      () => `UPDATE audit_index SET case_id = '${CASE}' WHERE entry_id = '${open}'`,
    ],
    [
      "is said to be of a suspicion",
      () => `UPDATE audit_index SET is_suspicion = true WHERE entry_id = '${open}'`,
    ],
    [
      "is said to be another tenant's",
      () => `UPDATE audit_index SET tenant_id = gen_random_uuid() WHERE entry_id = '${open}'`,
    ],
  ])(
    "a whole export has an entry that %s, because its own parts decide, and no data of other cases",
    async (_, statement) => {
      const before = await exported(auditor, { format: "ndjson" });
      await whileTampered(statement(), async () => {
        for (const cx of [auditor, everything]) {
          for (const format of ["csv", "ndjson", "json"])
            expect(await exported(cx, { format }), format).toContain(open);
          await bench.exported({ format: "xlsx" }, cx);
          expect(await bench.verdict({}, cx)).toEqual({ verdict: "verified", classes: [] });
        }
        expect((await exported(auditor, { format: "ndjson" })).startsWith(before)).toBe(true);
        expect(await exported(auditor, { format: "ndjson" })).not.toContain(foreign);
      });
    },
  );

  it.each<[string, () => string, string]>([
    ["has no bytes any more", () => `DELETE FROM audit_entry WHERE id = '${open}'`, "missing"],
    ["has no leaf any more", () => `DELETE FROM audit_leaf WHERE entry_id = '${open}'`, "root"],
  ])("a whole export shows every reader the loss when an entry %s", async (_, statement, flaw) => {
    const { rows } = await admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [open]);
    await whileTampered(statement(), async () => {
      for (const format of FORMATS) {
        const file = await exported(auditor, { format });
        if (format !== "xlsx" && format !== "bundle") expect(file, format).not.toContain(open);
        expect(await lastFlaw(), format).toBe(flaw);
      }
      for (const cx of [auditor, everything]) {
        const { verdict, findings } = await bench.reported({}, cx);
        expect(verdict).toBe("wrong");
        expect(findings.map((one) => `${one.class} ${one.seq}`)).toContain(`missing leaf ${rows[0].seq}`);
      }
    });
    expect(await exported(auditor, { format: "csv" })).toContain(open);
    expect(await lastFlaw()).toBeNull();
  });

  it("a whole export raises an alarm when an entry is lost", async () => {
    const logged: unknown[] = [];
    const logger = { ...auditor.logger, error: (fields: unknown) => void logged.push(fields) };
    await whileTampered(`DELETE FROM audit_entry WHERE id = '${open}'`, async () => {
      await exported({ ...auditor, logger }, { format: "bundle" });
    });
    expect(logged).toContainEqual(expect.objectContaining({ alarm: "export.index", class: "missing" }));
  });

  it.each<[string, () => string, string[]]>([
    [
      "was hidden and its org part moved under a compartment that its reader may not see",
      () => `WITH hidden AS (UPDATE audit_index SET is_suspicion = true WHERE entry_id = '${open}')
        UPDATE audit_part SET compartment_id = (SELECT id FROM audit_compartment WHERE kind = 'suspicion')
        WHERE entry_id = '${open}' AND c = 'org'`,
      ["part"],
    ],
    [
      "was hidden and has no parts any more",
      () => `WITH hidden AS (UPDATE audit_index SET case_id = '${CASE}' WHERE entry_id = '${open}')
        DELETE FROM audit_part WHERE entry_id = '${open}'`,
      ["part"],
    ],
    [
      "was hidden and has no index row and no parts any more",
      () => `WITH hidden AS (DELETE FROM audit_index WHERE entry_id = '${open}')
        DELETE FROM audit_part WHERE entry_id = '${open}'`,
      ["part"],
    ],
  ])(
    "a whole export has an entry that %s, and reports its parts as missing",
    async (_, statement, classes) => {
      await recordEvent(bench.cx, { ...EVENT, suspicion: { why: "x" } });
      await bench.anchor();
      await whileTampered(statement(), async () => {
        expect(await bench.verdict({}, auditor)).toEqual({ verdict: "wrong", classes });
        const line = (await exported(auditor, { format: "csv" }))
          .split("\r\n")
          .find((one) => one.includes(open));
        expect(line).toContain("[part missing]");
      });
    },
  );

  it("a whole export has no parts of another agency's case if the parts no longer show the case", async () => {
    const { rows } = await admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [foreign]);
    for (const lost of ["c = 'org'", "c <> 'org'"]) {
      await whileTampered(`DELETE FROM audit_part WHERE entry_id = '${foreign}' AND ${lost}`, async () => {
        const lines = (await exported(auditor, { format: "ndjson" })).split("\n");
        const line = lines.find((one) => one.endsWith(`"seq":${rows[0].seq}}`));
        expect(line).toContain(foreign);
        expect(line).toContain('"parts":[]');
        expect(await bench.verdict({}, auditor)).toEqual({ verdict: "wrong", classes: ["part"] });
      });
    }
  });

  it("a whole export opens no part of another agency's case if the index row was changed to have no case", async () => {
    const part = '"kind":"case"';
    expect(await exported(everything, { format: "ndjson" })).toContain(part);
    await whileTampered(`UPDATE audit_index SET case_id = NULL WHERE entry_id = '${foreign}'`, async () => {
      const { rows } = await admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [foreign]);
      const { parts } = await getEvent(auditor, rows[0].seq);
      expect(parts.map(({ kind }) => kind)).not.toContain("case");
      expect(await exported(auditor, { format: "ndjson" })).not.toContain(part);
    });
  });
});
