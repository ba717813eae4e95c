import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { getEvent } from "@/lib/audit/reading/get-event";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { erasureOf } from "@/lib/testing/log/erasure-of";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

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
