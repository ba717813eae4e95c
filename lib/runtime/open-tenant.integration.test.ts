import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "@/lib/clock";
import { type OwnTenant, requireLogin } from "@/lib/db/check-database";
import { openDatabase } from "@/lib/db/client";
import { OperatorError } from "@/lib/errors";
import { makeDataFolder } from "@/lib/keystore/files/atomic-file";
import { tenantPseudonym } from "@/lib/runtime/open-tenant";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { createTestDatabase } from "@/lib/testing/servers/database";

let bench: LogBench;

beforeAll(async () => {
  bench = await createLogBench();
  await bench.anchor();
});
afterAll(() => bench?.close());

/** Opens the tenant as a portal with these variables does. */
function open(changed: Partial<Parameters<typeof tenantPseudonym>[0]>) {
  const { log, tenantId } = bench.place;
  const own = { TENANT_ID: tenantId, LOG_ORIGIN: log, LOG_VKEY: bench.policy.log[0] ?? "" };
  const env = { ...own, ...changed } as Parameters<typeof tenantPseudonym>[0];
  return tenantPseudonym(env, { db: bench.cx.db, keystore: bench.keystore });
}

describe("portals on a database", () => {
  it("is the tenant that the database was made with", async () => {
    expect(await open({})).toBe(bench.cx.instance.tenantPseudonym);
  });

  it.each([
    ["TENANT_ID", { TENANT_ID: "01936f2a-7c1b-7def-8a10-0000000000ff" }],
    ["LOG_ORIGIN", { LOG_ORIGIN: "log.test/other" }],
    ["LOG_VKEY", { LOG_VKEY: "log.test/other+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }],
  ])("a wrong %s is named and nothing is made", async (name, changed) => {
    await expect(open(changed)).rejects.toThrow(OperatorError);
    await expect(open(changed)).rejects.toThrow(name);
    const { rows } = await bench.appPool.query("SELECT count(*)::int AS n FROM tenant");
    expect(rows).toEqual([{ n: 1 }]);
  });

  it.each(["appUrl", "sequencerUrl", "retentionUrl", "signerUrl"] as const)(
    "each part's login is refused if another tenant has its log, and takes a tenant that is not made yet: %s",
    async (name) => {
      const login = (own: Partial<OwnTenant>) => {
        const { log: LOG_ORIGIN, tenantId: TENANT_ID } = bench.place;
        const rules = { clock: systemClock, own: { TENANT_ID, LOG_ORIGIN, ...own } };
        return requireLogin("DATABASE_URL", bench.database[name], rules);
      };
      const TENANT_ID = "01936f2a-7c1b-7def-8a10-0000000000ff";
      await expect(login({ TENANT_ID })).rejects.toThrow("TENANT_ID is not the tenant");
      expect(await login({ TENANT_ID, LOG_ORIGIN: "log.test/further" })).toBe(true);
      expect(await login({})).toBe(true);
    },
  );

  it("that start at once on a new database make one tenant, and none of them is refused", async () => {
    const database = await createTestDatabase();
    const { log, tenantId } = bench.place;
    const db = openDatabase({
      url: database.appUrl,
      tenantId,
      applicationName: "test",
      maxConnections: 8,
      onIdleError: () => undefined,
    });
    const env = { TENANT_ID: tenantId, LOG_ORIGIN: log, LOG_VKEY: bench.policy.log[0] ?? "" };
    const starting = { db, keystore: bench.keystore };
    try {
      const portals = Array.from({ length: 6 }, () => tenantPseudonym(env as never, starting));
      expect(new Set(await Promise.all(portals)).size).toBe(1);
    } finally {
      await db.close();
      await database.drop();
    }
  });

  it("makes its data folder for itself alone, and names one that cannot be written", () => {
    const folder = path.join(mkdtempSync(path.join(tmpdir(), "sp-data-")), "portal");
    makeDataFolder(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(() => makeDataFolder("/dev/null/folder")).toThrow(/DATA_DIR cannot be written/);
  });
});
