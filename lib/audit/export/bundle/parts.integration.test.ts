import { randomUUID } from "node:crypto";
import type { Client, Pool, PoolClient } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseManifestText } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { csvCell } from "@/lib/audit/export/tables/csv-cell";
import { getEvent } from "@/lib/audit/reading/get-event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { NO_CASE } from "@/lib/audit/recovery/store";
import type { Context } from "@/lib/context/context";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { openNote } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { readCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { erasureOf } from "@/lib/testing/log/erasure-of";
import { forgeEntry, refusalCode } from "@/lib/testing/log/forge-entry";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { COLUMN_NAMES, type Column } from "../tables/columns";

/** A cell of a line of CSV, by the name of its column. */
function cellOf(line: string, name: Column): string | undefined {
  const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) => cell);
  return cells[COLUMN_NAMES.indexOf(name)];
}

describe("dropped parts", () => {
  let bench: OwnedLog;
  let auditor: Context;
  let admin: Client;
  let entry: string;

  beforeAll(async () => {
    bench = await createOwnedLog();
    ({ auditor, admin } = bench);
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    const recorded = await recordEvent(auditor, {
      class: "log",
      outcome: "done",
      action: "audit.keys",
      subjects: [],
    });
    entry = recorded.id;
    await bench.anchor();
  });

  /** Runs a statement on the entry's parts as the database owner could, and restores them afterwards. */
  async function whileChanged(statement: string, look: () => Promise<void>): Promise<void> {
    const { rows } = await admin.query("SELECT * FROM audit_part WHERE entry_id = $1", [entry]);
    await pastTriggers(admin, ["audit_part"], () => admin.query(statement, [entry]));
    try {
      await look();
    } finally {
      await pastTriggers(admin, ["audit_part"], async () => {
        await admin.query("DELETE FROM audit_part WHERE entry_id = $1", [entry]);
        for (const { entry_id, c, tenant_id, compartment_id, stored } of rows)
          await admin.query(
            "INSERT INTO audit_part (entry_id, c, tenant_id, compartment_id, stored) VALUES ($1, $2, $3, $4, $5)",
            [entry_id, c, tenant_id, compartment_id, stored],
          );
      });
    }
  }

  describe("sealed parts that the database owner drops", () => {
    it("the verifier of a bundle names dropped parts", async () => {
      expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
      await whileChanged("DELETE FROM audit_part WHERE entry_id = $1", async () => {
        expect(await bench.verdict()).toEqual({ verdict: "wrong", classes: ["part"] });
      });
    });

    it("the verifier names parts moved to a compartment of a kind that the reader does not read", async () => {
      await admin.query(
        `INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key)
       SELECT gen_random_uuid(), tenant_id, 'suspicion', tenant_id::text, sealed_key FROM audit_compartment
       WHERE kind = 'org' LIMIT 1 ON CONFLICT DO NOTHING`,
      );
      const moved = `UPDATE audit_part SET compartment_id = (SELECT id FROM audit_compartment WHERE kind = 'suspicion' LIMIT 1)
      WHERE entry_id = $1 AND c = 'org'`;
      await whileChanged(moved, async () => {
        expect(await bench.verdict()).toEqual({ verdict: "wrong", classes: ["part"] });
      });
    });

    it("the verifier names parts whose bytes alone are kept from their readers", async () => {
      await admin.query("ALTER TABLE audit_part ALTER COLUMN stored DROP NOT NULL");
      await whileChanged(
        "UPDATE audit_part SET stored = NULL WHERE entry_id = $1 AND c <> 'org'",
        async () => {
          expect(await bench.verdict()).toEqual({ verdict: "wrong", classes: ["part"] });
        },
      );
      expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
    });

    it("a table marks dropped parts", async () => {
      await whileChanged("DELETE FROM audit_part WHERE entry_id = $1", async () => {
        const csv = new TextDecoder().decode(await bench.exported({ format: "csv", action: "audit.keys" }));
        const line = csv.split("\r\n").find((one) => one.includes(entry));
        expect(line).toContain("[part missing]");
        expect(line).toContain("[not shown by the entry] audit.keys");
      });
    });

    it("every format names dropped parts by their labels, and has no such mark for present parts", async () => {
      const textOf = async (query: Record<string, string>) =>
        new TextDecoder().decode(await bench.exported(query));
      const { rows } = await admin.query(
        'SELECT c FROM audit_part WHERE entry_id = $1 ORDER BY c COLLATE "C"',
        [entry],
      );
      const labels = rows.map((row) => row.c);
      const missing = async () => {
        const line = (await textOf({ format: "ndjson" })).split("\n").find((one) => one.includes(entry));
        const { entries } = JSON.parse(await textOf({ format: "json" }));
        const one = entries.find((of: { entry: { id: string } }) => of.entry.id === entry);
        const cell = (await textOf({ format: "csv" })).split("\r\n").find((row) => row.includes(entry));
        return [JSON.parse(line ?? "").missing, one.missing, cell?.split(",").at(-1)];
      };
      expect(await missing()).toEqual([undefined, undefined, ""]);
      await whileChanged("DELETE FROM audit_part WHERE entry_id = $1", async () => {
        const [lines, json, cell] = await missing();
        expect([lines, json]).toEqual([labels, labels]);
        expect(cell?.replace(/^'/, "")).toBe(labels.join(" "));
        expect(await textOf({ format: "ndjson", parts: "none" })).not.toContain('"missing"');
      });
    });

    it("parts do not count as missing if none were requested", async () => {
      expect(await bench.verdict({ parts: "none" })).toEqual({ verdict: "verified", classes: [] });
    });
  });

  describe("index rows that the database owner changes", () => {
    it("changed index rows do not change a bundle's page or a table", async () => {
      await pastTriggers(admin, ["audit_index"], () =>
        admin.query(
          `UPDATE audit_index SET action = 'forged.act', actor = 'u_forged', purpose = 'forged', outcome = 'denied',
           at = '2020-01-01T00:00:00.000000Z', request_id = '00000000-0000-4000-8000-000000000001' WHERE entry_id = $1`,
          [entry],
        ),
      );
      const bundle = await bench.exported({ format: "bundle" });
      const page = readCanonicalZip(bundle).find((file) => file.name === "page.html");
      const csv = new TextDecoder().decode(await bench.exported({ format: "csv" }));
      for (const text of [Buffer.from(page?.bytes ?? []).toString(), csv]) {
        expect(text).toContain(auditor.principal.pseudonym);
        expect(text).not.toMatch(/forged|2020-01-01|00000000-0000-4000-8000/);
      }
      const line = csv.split("\r\n").find((one) => one.includes(entry)) ?? "";
      // One pseudonym in 64 begins with "-" and gets an apostrophe.
      const actor = csvCell(auditor.principal.pseudonym, ",");
      expect((["class", "outcome", "action"] as const).map((name) => cellOf(line, name))).toEqual([
        "log",
        "done",
        "audit.keys",
      ]);
      expect(cellOf(line, "actor")).toBe(actor);
    });
  });
});

describe("missing parts", () => {
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
  const actors = () =>
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
    const zip = readCanonicalZip(
      await bench.exported({ format: "bundle", from: "2000-01-01T00:00:00Z" }, cx),
    );
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
        () => moved(entries.case, "case", actors()),
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
        () => moved(entries.suspicion, "suspicion", actors()),
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
          await admin.query(`CREATE POLICY hides ON audit_compartment AS RESTRICTIVE USING (id <> '${id}')`);
          const named = await found(auditor);
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
        const line = await lineOf(everything, entries.case);
        expect([cellOf(line, "case"), cellOf(line, "person")]).toEqual(["[part missing]", ""]);
        expect(cellOf(line, "missing")).toMatch(/^'?[\w-]{11}$/);
        // Without this part, the log does not show that the case is the agency's.
        expect(await lineOf(agency, entries.case)).toContain("[not shown by the entry] audit.keys");
      });
      await whileChanged(dropped(entries.subject, "subject"), async () => {
        const line = await lineOf(auditor, entries.subject);
        expect([cellOf(line, "case"), cellOf(line, "person")]).toEqual(["", "[part missing]"]);
        expect(cellOf(line, "missing")).toMatch(/^'?[\w-]{11}$/);
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
});

describe("parts without a key", () => {
  let bench: OwnedLog;
  let auditor: Context;
  let admin: Client;
  /** The person whose key is removed in a test, and their compartment. */
  let person: Context;
  let compartment: string;

  beforeAll(async () => {
    bench = await createOwnedLog();
    ({ auditor, admin } = bench);
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    person = await bench.person({ role: "client" });
    await recordEvent(person, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });
    await bench.anchor();
    const { rows } = await admin.query(
      "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
      [person.principal.pseudonym],
    );
    compartment = rows[0].id;
  });

  /** Changes the database as its owner could, and restores it after the check. */
  async function whileTaken(look: () => Promise<void>, ...statements: string[]): Promise<void> {
    const tables = ["audit_compartment", "audit_index", "audit_erasure"];
    const kept = await admin.query("SELECT * FROM audit_compartment WHERE id = $1", [compartment]);
    const { id, tenant_id, kind, subject, sealed_key } = kept.rows[0];
    await pastTriggers(admin, tables, async () => {
      for (const statement of statements) await admin.query(statement, [compartment]);
    });
    try {
      await look();
    } finally {
      await pastTriggers(admin, tables, async () => {
        await admin.query("DELETE FROM audit_compartment WHERE id = $1", [compartment]);
        await admin.query(
          "INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key) VALUES ($1, $2, $3, $4, $5)",
          [id, tenant_id, kind, subject, sealed_key],
        );
      });
    }
  }

  describe("a key that is missing without an erasure in the log", () => {
    it.each([
      ["destroyed", ["UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1"]],
      ["taken out of its row", ["UPDATE audit_compartment SET sealed_key = NULL WHERE id = $1"]],
      ["deleted with its row", ["DELETE FROM audit_compartment WHERE id = $1"]],
      [
        "changed where it is stored",
        [
          "UPDATE audit_compartment SET sealed_key = set_byte(sealed_key, 20, get_byte(sealed_key, 20) # 1) WHERE id = $1",
        ],
      ],
    ])("is found in a bundle that leaves the portal after it was %s", async (_, statements) => {
      expect(await bench.verdict()).toMatchObject({ verdict: "verified" });
      await whileTaken(
        async () => {
          expect(await bench.verdict()).toEqual({ verdict: "wrong", classes: ["erased"] });
          const csv = new TextDecoder().decode(await bench.exported({ format: "csv", action: "audit.keys" }));
          expect(csv).toContain("[key missing]");
          expect(csv).not.toContain("[erased]");
        },
        ...statements,
      );
    });

    it("an index row that calls another entry an erasure does not explain the missing key", async () => {
      const asked = await recordEvent(auditor, {
        class: "retention",
        outcome: "done",
        action: "erasure.ask",
        subjects: [],
        details: (await erasureOf(bench.cx, compartment)).details ?? {},
      });
      await bench.anchor();
      await whileTaken(
        async () => expect(await bench.verdict()).toMatchObject({ verdict: "wrong", classes: ["erased"] }),
        `UPDATE audit_index SET action = 'compartment.erase' WHERE entry_id = '${asked.id}' AND $1::text IS NOT NULL`,
        "UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1",
      );
      await pastTriggers(admin, ["audit_index"], () =>
        admin.query("UPDATE audit_index SET action = 'erasure.ask' WHERE entry_id = $1", [asked.id]),
      );
    });

    it("the reader of the entry sees the key as missing", async () => {
      const { rows } = await admin.query(
        "SELECT max(l.seq)::int AS seq FROM audit_leaf l JOIN audit_part p USING (entry_id) WHERE p.compartment_id = $1",
        [compartment],
      );
      await whileTaken(async () => {
        const { erased, parts } = await getEvent(auditor, rows[0].seq);
        expect(parts.map((part) => part.kind)).not.toContain("subject");
        expect(erased).toEqual([
          expect.objectContaining({ kind: "subject", by_seq: null, is_recorded: false }),
        ]);
      }, "UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1");
    });
  });
});

describe("parts of an unknown kind", () => {
  const LABEL = "AAAAAAAAAAA";

  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
    await bench.anchor();
  });
  afterAll(() => bench.close());

  /** An entry with a part in a compartment of an unknown kind. */
  function forge(pool: Pool, isHidden: boolean): Promise<string> {
    const compartmentId = randomUUID();
    const first = (client: PoolClient) =>
      client.query(
        "INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key) VALUES ($1, $2, 'x', $3, '\\x00')",
        [compartmentId, bench.place.tenantId, compartmentId],
      );
    return forgeEntry(pool, bench.place, {
      parts: [{ c: LABEL, stored: Buffer.of(7), compartmentId }],
      isHidden,
      first,
    });
  }

  it("the portal's database login cannot create a compartment of an unknown kind", async () => {
    expect(await refusalCode(forge(bench.appPool, false))).toBe("23514");
  });

  describe("a part in a compartment of an unknown kind, from before the rule existed", () => {
    beforeAll(() =>
      bench.admin.query(
        "ALTER TABLE audit_compartment DROP CONSTRAINT IF EXISTS audit_compartment_kind_known",
      ),
    );

    it.each([
      ["of a visible entry", false],
      ["of an entry that its index row hides", true],
    ])("does not stop an export and is reported there as missing (%s)", async (_, isHidden) => {
      const id = await forge(bench.appPool, isHidden);
      await bench.anchor();
      for (const format of ["ndjson", "json", "csv", "xlsx"])
        expect((await bench.exported({ format })).length, format).toBeGreaterThan(0);
      const lines = Buffer.from(await bench.exported({ format: "ndjson" }))
        .toString()
        .split("\n");
      expect(lines.find((line) => line.includes(id))).toContain(`"missing":["${LABEL}"]`);
      expect(await bench.verdict()).toEqual({ verdict: "wrong", classes: ["part"] });
      expect((await bench.exported({ format: "bundle", action: "audit.read" })).length).toBeGreaterThan(0);
    });
  });
});

describe("parts of changed entries", () => {
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
    await admin.query(
      `CREATE TEMP TABLE kept_index AS SELECT * FROM audit_index WHERE entry_id = '${victim}'`,
    );
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
});
