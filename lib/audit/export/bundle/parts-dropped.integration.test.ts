import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { readCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { csvCell } from "../tables/csv-cell";

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
    await whileChanged("UPDATE audit_part SET stored = NULL WHERE entry_id = $1 AND c <> 'org'", async () => {
      expect(await bench.verdict()).toEqual({ verdict: "wrong", classes: ["part"] });
    });
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
    expect(line.split(",").slice(3, 7)).toEqual(["log", "done", "audit.keys", actor]);
  });
});
