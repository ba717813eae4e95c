import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseManifestText } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { getEvent } from "@/lib/audit/reading/get-event";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { openNote } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { readCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { erasureOf } from "@/lib/testing/log/erasure-of";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.keys", subjects: [] };
const TABLES = ["audit_part", "audit_index", "audit_compartment"];
const OTHER_CASE = uuidv7(1);

let bench: OwnedLog;
let admin: Client;
let auditor: Context;
/** A reader of the case's agency: reads org and case parts, no person's part. */
let agency: Context;
/** Sees every case and every suspicion, but no person's part. */
let everything: Context;
/** Entries with a part of each kind, by an acting person. */
const entries = { case: "", subject: "", suspicion: "", both: "" };

beforeAll(async () => {
  bench = await createOwnedLog();
  ({ admin, auditor } = bench);
  agency = await bench.person({ role: "regulator" });
  everything = await bench.person({ role: "coordinator", duties: ["approve", "compliance"] });
  const person = await bench.person({ role: "client" });
  const ofCase = { ...EVENT, caseId: agency.principal.organisationId, caseDetails: { order: "x" } };
  entries.subject = (await recordEvent(person, EVENT)).id;
  entries.case = (await recordEvent(person, ofCase)).id;
  entries.suspicion = (await recordEvent(person, { ...EVENT, suspicion: { why: "x" } })).id;
  entries.both = (await recordEvent(person, { ...ofCase, suspicion: { why: "y" } })).id;
  // Compartments of other people, as targets for moved parts.
  await recordEvent(agency, { ...EVENT, caseId: OTHER_CASE, caseDetails: {} });
  await bench.anchor();
});
afterAll(() => bench.close());

const compartmentOf = (kind: string, subject = "k.subject") =>
  `(SELECT k.id FROM audit_compartment k WHERE k.kind = '${kind}' AND k.subject = ${subject} LIMIT 1)`;
const labelOf = (entry: string, kind: string) =>
  `(SELECT p.c FROM audit_part p JOIN audit_compartment k ON k.id = p.compartment_id
     WHERE p.entry_id = '${entry}' AND k.kind = '${kind}')`;
const dropped = (entry: string, kind: string) =>
  `DELETE FROM audit_part WHERE entry_id = '${entry}' AND c = ${labelOf(entry, kind)}`;
const moved = (entry: string, kind: string, to: string) =>
  `UPDATE audit_part SET compartment_id = ${to} WHERE entry_id = '${entry}' AND c = ${labelOf(entry, kind)}`;
const recased = (entry: string, to: string) =>
  `UPDATE audit_index SET case_id = ${to} WHERE entry_id = '${entry}'`;
/** The compartment of the person who acted, a target for other people's parts. */
const ACTORS = () =>
  `(SELECT p.compartment_id FROM audit_part p JOIN audit_compartment k ON k.id = p.compartment_id
     WHERE p.entry_id = '${entries.subject}' AND k.kind = 'subject')`;

/** Changes rows as the database owner could, runs the check, and restores them. */
async function whileChanged(statement: string, look: () => Promise<void>): Promise<void> {
  await admin.query("CREATE TEMP TABLE kept_part AS SELECT * FROM audit_part");
  await admin.query("CREATE TEMP TABLE kept_index AS SELECT * FROM audit_index");
  await admin.query("CREATE TEMP TABLE kept_key AS SELECT * FROM audit_compartment");
  await pastTriggers(admin, TABLES, async () => {
    const { rowCount } = await admin.query(statement);
    expect(rowCount).toBeGreaterThan(0);
  });
  try {
    await look();
  } finally {
    await pastTriggers(admin, TABLES, async () => {
      await admin.query("DELETE FROM audit_part p USING kept_part k WHERE k.entry_id = p.entry_id");
      await admin.query("INSERT INTO audit_part SELECT * FROM kept_part");
      await admin.query(
        "UPDATE audit_index i SET case_id = k.case_id FROM kept_index k WHERE k.entry_id = i.entry_id",
      );
      await admin.query(
        "UPDATE audit_compartment c SET sealed_key = k.sealed_key, destroyed_at = k.destroyed_at FROM kept_key k WHERE k.id = c.id",
      );
    });
    await admin.query("DROP TABLE kept_part, kept_index, kept_key");
  }
}

async function seqOf(entry: string): Promise<number> {
  const { rows } = await admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [entry]);
  return rows[0].seq;
}

/** Returns the findings of this reader's bundle, with their entry numbers. */
async function found(cx: Context, query: Record<string, string> = {}) {
  const { findings } = await bench.reported(query, cx);
  return [...new Set(findings.map((finding) => `${finding.class} ${finding.seq}`))];
}

async function manifestFor(cx: Context) {
  const zip = readCanonicalZip(await bench.exported({ format: "bundle", from: "2000-01-01T00:00:00Z" }, cx));
  const note = zip.find((file) => file.name === "manifest.txt")?.bytes ?? new Uint8Array();
  return parseManifestText(openNote(Buffer.from(note).toString(), []).text);
}

type Reader = "auditor" | "agency" | "everything";
const readerOf = (name: Reader) => ({ auditor, agency, everything })[name];

describe("a part that the database owner drops or moves", () => {
  it("an unchanged log has no missing part", async () => {
    for (const cx of [auditor, agency, everything]) {
      expect(await bench.verdict({}, cx)).toEqual({ verdict: "verified", classes: [] });
      expect(await manifestFor(cx)).toMatchObject({ v: 1 });
    }
  });

  it.each<[Reader, keyof typeof entries, string, () => string]>([
    ["auditor", "subject", "its person's part was dropped", () => dropped(entries.subject, "subject")],
    ["agency", "case", "its case part was dropped", () => dropped(entries.case, "case")],
    [
      "everything",
      "suspicion",
      "its suspicion part was dropped",
      () => dropped(entries.suspicion, "suspicion"),
    ],
    [
      "auditor",
      "subject",
      "its person's part was moved to suspicions",
      () => moved(entries.subject, "subject", compartmentOf("suspicion")),
    ],
    [
      "auditor",
      "subject",
      "its person's part was moved to a case",
      () => moved(entries.subject, "subject", compartmentOf("case")),
    ],
    [
      "auditor",
      "subject",
      "its person's part was moved to another person",
      () => moved(entries.subject, "subject", compartmentOf("subject", `'${auditor.principal.pseudonym}'`)),
    ],
    [
      "agency",
      "case",
      "its case part was moved to another case",
      () => moved(entries.case, "case", compartmentOf("case", `'${OTHER_CASE}'`)),
    ],
    [
      "agency",
      "case",
      "its case part was moved to its own person",
      () => moved(entries.case, "case", ACTORS()),
    ],
    [
      "agency",
      "case",
      "its case part was moved to suspicions",
      () => moved(entries.case, "case", compartmentOf("suspicion")),
    ],
    [
      "everything",
      "suspicion",
      "its suspicion part was moved to its own person",
      () => moved(entries.suspicion, "suspicion", ACTORS()),
    ],
    [
      "everything",
      "both",
      "its suspicion part was moved to its case",
      () => moved(entries.both, "suspicion", compartmentOf("case", `'${agency.principal.organisationId}'`)),
    ],
    [
      "everything",
      "case",
      "its index row names another case",
      () => recased(entries.case, `'${OTHER_CASE}'`),
    ],
    ["agency", "case", "its index row names no case", () => recased(entries.case, "NULL")],
    ["auditor", "case", "its index row was opened to them", () => recased(entries.case, "NULL")],
  ])(
    "a whole and a filtered bundle name the part to %s in entry %s when %s",
    async (reader, name, _, statement) => {
      const cx = readerOf(reader);
      const seq = await seqOf(entries[name]);
      await whileChanged(statement(), async () => {
        expect(await found(cx)).toEqual([`part ${seq}`]);
        expect(await found(cx, { action: "audit.keys" })).toEqual([`part ${seq}`]);
      });
      expect(await found(cx)).toEqual([]);
    },
  );

  it("the erasure of another person does not explain a part that was moved to their erased key", async () => {
    const erased = await bench.person({ role: "client" });
    await recordEvent(erased, EVENT);
    const { rows } = await admin.query(
      "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
      [erased.principal.pseudonym],
    );
    const [{ id }] = rows;
    await recordEvent(auditor, await erasureOf(bench.cx, id));
    await bench.anchor();
    const seq = await seqOf(entries.subject);
    const erase = `UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = '${id}'`;
    await whileChanged(erase, async () => {
      expect(await found(auditor)).toEqual([]);
      await whileMoved(moved(entries.subject, "subject", `'${id}'`), async () => {
        expect(await found(auditor)).toEqual([`part ${seq}`]);
        const { erased: seen } = await getEvent(auditor, seq);
        expect(seen).toEqual([expect.objectContaining({ by_seq: null, is_recorded: false })]);
      });
      // The same is true when the compartment's row is deleted.
      await whileMoved(moved(entries.subject, "subject", `'${id}'`), async () => {
        await admin.query(`CREATE POLICY hides ON audit_compartment USING (id <> '${id}')`);
        await admin.query("ALTER TABLE audit_compartment ENABLE ROW LEVEL SECURITY");
        const named = await found(auditor);
        await admin.query("ALTER TABLE audit_compartment DISABLE ROW LEVEL SECURITY");
        await admin.query("DROP POLICY hides ON audit_compartment");
        expect(named).toContain(`erased ${seq}`);
      });
    });
  });

  it("moving a part's index row with it does not open the part: the agency gets the entry without it and a finding", async () => {
    const both = `WITH row AS (${recased(entries.case, `'${OTHER_CASE}'`)})
      ${moved(entries.case, "case", compartmentOf("case", `'${OTHER_CASE}'`))}`;
    const seq = await seqOf(entries.case);
    await whileChanged(both, async () => {
      expect(await found(everything)).toEqual([`part ${seq}`]);
      const ofEntry = (await found(agency)).filter((one) => one === `part ${seq}`);
      expect(ofEntry.length).toBeGreaterThan(0);
      const text = Buffer.from(await bench.exported({ format: "ndjson" }, agency)).toString();
      const line = text.split("\n").find((one) => one.endsWith(`"seq":${seq}}`));
      expect(line).toContain(entries.case);
      expect(line).toContain('"parts":[]');
      // The threat model accepts this: a filtered export makes no claim about entries outside it.
      expect(await found(agency, { action: "audit.keys" })).toEqual([]);
    });
  });

  it("readers with and without access to the part see the same finding", async () => {
    for (const entry of [entries.case, entries.both])
      for (const statement of [
        dropped(entry, "subject"),
        moved(entry, "subject", compartmentOf("suspicion")),
      ])
        await whileChanged(statement, async () => {
          const { missing } = await manifestFor(everything);
          expect(missing?.length).toBeGreaterThan(0);
          if (entry === entries.case) expect((await manifestFor(agency)).missing).toEqual(missing);
        });
  });

  it("missing parts beyond the manifest's limit are listed in a separate file", async () => {
    const busy = await bench.person({ role: "client" });
    for (let at = 0; at < 1_050; at += 50)
      await Promise.all(Array.from({ length: 50 }, () => recordEvent(busy, EVENT)));
    await bench.anchor();
    const rows = `DELETE FROM audit_part WHERE compartment_id =
      (SELECT id FROM audit_compartment WHERE kind = 'subject' AND subject = '${busy.principal.pseudonym}')`;
    await whileChanged(rows, async () => {
      const manifest = await manifestFor(agency);
      expect(manifest).toMatchObject({ v: 1, missing_file: { count: expect.any(Number) } });
      expect(manifest.missing).toBeUndefined();
      const { findings, notes } = await bench.reported({}, auditor);
      expect(new Set(findings.map((finding) => finding.class))).toEqual(new Set(["part"]));
      expect(notes.find((note) => note.class === "more findings")?.count).toBe(
        (manifest.missing_file?.count ?? 0) - findings.length,
      );
    });
    expect(await found(auditor)).toEqual([]);
  });

  it("a table marks the part for those who may read it", async () => {
    const lineOf = async (cx: Context, entry: string) => {
      const csv = Buffer.from(await bench.exported({ format: "csv", action: "audit.keys" }, cx)).toString();
      return csv.split("\r\n").find((line) => line.includes(entry)) ?? "";
    };
    await whileChanged(dropped(entries.case, "case"), async () => {
      expect(await lineOf(everything, entries.case)).toMatch(/,\[part missing\],,'?[\w-]{11}$/);
      // Without this part, the log does not show that the case is the agency's.
      expect(await lineOf(agency, entries.case)).toContain("[not shown by the entry] audit.keys");
    });
    await whileChanged(dropped(entries.subject, "subject"), async () => {
      expect(await lineOf(auditor, entries.subject)).toMatch(/,,\[part missing\],'?[\w-]{11}$/);
      expect(await lineOf(agency, entries.subject)).not.toContain("[part missing]");
    });
  });
});

/** The same within a change, with tables of its own. */
async function whileMoved(statement: string, look: () => Promise<void>): Promise<void> {
  await admin.query("CREATE TEMP TABLE inner_part AS SELECT * FROM audit_part");
  await pastTriggers(admin, TABLES, () => admin.query(statement));
  try {
    await look();
  } finally {
    await pastTriggers(admin, TABLES, () =>
      admin.query(
        "UPDATE audit_part p SET compartment_id = k.compartment_id FROM inner_part k WHERE (k.entry_id, k.c) = (p.entry_id, p.c)",
      ),
    );
    await admin.query("DROP TABLE inner_part");
  }
}
