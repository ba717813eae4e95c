import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";

let bench: OwnedLog;
/** An approver with the duty compliance, who may see the whole log. */
let everything: Context;
beforeAll(async () => {
  bench = await createOwnedLog();
  everything = await bench.person({ role: "coordinator", duties: ["approve", "compliance"] });
  await bench.anchor();
});
afterAll(() => bench.close());

const GARBAGE = Buffer.alloc(60, 7);

/** Writes, with the portal's own database login, an entry whose index row hides it from every auditor. */
async function hide(row: string, partOf?: { readonly kind: string; readonly c: string }): Promise<string> {
  const { log, tenantId } = bench.place;
  const [id, at] = [uuidv7(Date.now()), "2026-11-24T14:45:00.000000Z"];
  const d = createHash("sha256").update(GARBAGE).digest("base64url");
  const sealed = partOf === undefined ? "" : `{"c":"${partOf.c}","d":"${d}"}`;
  const json = `{"at":"${at}","class":"log","id":"${id}","log":"${log}","outcome":"done","sealed":[${sealed}],"tenant":"t_x","v":1}`;
  const client = await bench.appPool.connect();
  try {
    await client.query("BEGIN");
    await client.query(
      "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, 'log', 'done', $5)",
      [id, log, tenantId, at, Buffer.from(json)],
    );
    if (partOf !== undefined)
      await client.query(
        `INSERT INTO audit_part (entry_id, c, tenant_id, compartment_id, stored)
         SELECT $1, $2, $3, id, $4 FROM audit_compartment WHERE kind = $5 LIMIT 1`,
        [id, partOf.c, tenantId, GARBAGE, partOf.kind],
      );
    await client.query(
      "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, $3, 'audit.read')",
      [id, tenantId, `entry:${id}`],
    );
    await client.query(
      `INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome, case_id, is_suspicion)
       VALUES ($1, $2, $3, 'system:x', 'audit.read', 'done', ${row})`,
      [id, tenantId, at],
    );
    await client.query("COMMIT");
  } finally {
    client.release();
  }
  await bench.anchor();
  return id;
}

const ROWS = ["gen_random_uuid(), false", "NULL, true", "gen_random_uuid(), true"];

describe("an entry that the portal's database login hides with its index row", () => {
  it.each(ROWS)("every whole export includes it if it has no sealed part (%s)", async (row) => {
    const id = await hide(row);
    for (const cx of [bench.auditor, everything]) {
      for (const format of ["csv", "ndjson", "json"])
        expect(Buffer.from(await bench.exported({ format }, cx)).toString(), format).toContain(id);
      expect(await bench.verdict({}, cx)).toEqual({ verdict: "verified", classes: [] });
    }
    const nothing = await bench.verdict({ parts: "none" });
    expect(nothing).toEqual({ verdict: "verified", classes: [] });
  });

  it.each([
    { kind: "org", c: "org" },
    { kind: "subject", c: "AAAAAAAAAAA" },
  ])(
    "is exported without its part, which is reported as missing, if the part is empty ($kind)",
    async (part) => {
      const id = await hide("gen_random_uuid(), false", part);
      const { verdict, findings } = await bench.reported();
      const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [id]);
      expect(verdict).toBe("wrong");
      expect(findings.filter(({ seq }) => seq === rows[0].seq).map((one) => one.class)).toContain("part");
      const text = Buffer.from(await bench.exported({ format: "ndjson" })).toString();
      const line = text.split("\n").find((one) => one.includes(id));
      expect(line).toContain('"parts":[]');
      expect(text).not.toContain(GARBAGE.toString("base64url"));
    },
  );
});
