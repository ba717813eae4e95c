import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wordsOf } from "@/lib/audit/entry/entry-words";
import { openParts } from "@/lib/audit/reading/open-parts";
import { readParts } from "@/lib/audit/reading/parts-store";
import { listFlags } from "@/lib/flags/list-flags";
import type { FlagValue } from "@/lib/flags/open-flags";
import { recordFlagValue } from "@/lib/flags/record-change";
import { createOrganisation } from "@/lib/identity/people/create-organisation";
import { createTenant } from "@/lib/identity/people/tenant";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { fixedFlags } from "@/lib/testing/benches/bench-flags";

let bench: AuditBench;
let organisationId: string;
beforeAll(async () => {
  bench = await createAuditBench();
  await createTenant(bench.cx, "test");
  const wanted = { name: "Pilot", kind: "company", emailDomains: ["pilot.example"] } as const;
  organisationId = (await createOrganisation(bench.cx, wanted)).id;
});
afterAll(() => bench.close());

const value = (isOn: boolean, of = organisationId): FlagValue => ({
  flag: "export.background",
  organisationId: of,
  isOn,
  reason: "STATIC",
});

async function count(table: "flag_value" | "audit_index"): Promise<number> {
  const condition = table === "audit_index" ? "WHERE action = 'flag.change'" : "";
  const { rows } = await bench.appPool.query(`SELECT count(*)::int AS n FROM ${table} ${condition}`);
  return rows[0].n;
}

describe("the value of a switch for an organisation", () => {
  it("has a row and an entry for each change, and no entry while it does not change", async () => {
    await recordFlagValue(bench.cx, value(false));
    expect(await count("flag_value")).toBe(0);
    await recordFlagValue(bench.cx, value(true));
    await recordFlagValue(bench.cx, value(true));
    await recordFlagValue(bench.cx, value(false));
    expect([await count("flag_value"), await count("audit_index")]).toEqual([2, 2]);
  });

  it("is recorded once by two portals at once", async () => {
    const before = await count("flag_value");
    await Promise.all(Array.from({ length: 6 }, () => recordFlagValue(bench.cx, value(true))));
    expect(await count("flag_value")).toBe(before + 1);
  });

  it("is listed with its reason and since when, next to the safe value", async () => {
    const { source, flags } = await listFlags({ ...bench.cx, flags: fixedFlags() });
    expect(source).toBe("read");
    expect(flags).toEqual([
      { name: "policy.memo", safe: false, values: [] },
      {
        name: "export.background",
        safe: false,
        values: [{ organisation: "Pilot", isOn: true, reason: "STATIC", since: expect.any(String) }],
      },
    ]);
  });

  it("cannot be written without its entry, changed or removed", async () => {
    const row = [randomUUID(), bench.cx.instance.tenantId, organisationId];
    const insert = `INSERT INTO flag_value (id, tenant_id, flag, organisation_id, is_on, reason, at)
      VALUES ($1, $2, 'export.background', $3, false, 'by hand', now())`;
    await expect(bench.appPool.query(insert, row)).rejects.toMatchObject({ code: "SP001" });
    for (const change of ["UPDATE flag_value SET is_on = false", "DELETE FROM flag_value"])
      await expect(bench.appPool.query(change)).rejects.toMatchObject({ code: "42501" });
  });

  it("has an entry that names the switch and the organisation", async () => {
    await recordFlagValue(bench.cx, value(false));
    const newest =
      "SELECT entry_id::text FROM audit_index WHERE action = 'flag.change' ORDER BY entry_id DESC";
    const [entry] = (await bench.appPool.query(newest)).rows;
    const rows = await bench.cx.db.prepared.transaction((tx) => readParts(tx, [entry.entry_id], ["org"]), {
      isSnapshot: true,
    });
    const [part] = await openParts({ audit: bench.cx.audit }, rows);
    expect(wordsOf(part?.plaintext).texts).toEqual({
      flag: "export.background",
      on: "false",
      organisation: "Pilot",
    });
  });
});
