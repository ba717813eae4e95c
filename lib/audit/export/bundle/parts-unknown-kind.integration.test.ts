import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forgeEntry, refusalCode } from "@/lib/testing/log/forge-entry";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";

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
    bench.admin.query("ALTER TABLE audit_compartment DROP CONSTRAINT IF EXISTS audit_compartment_kind_known"),
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
