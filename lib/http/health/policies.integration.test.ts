import { afterAll, beforeAll, expect, test } from "vitest";
import { vkey } from "@/lib/crypto/log/signed-note";
import { readHealth, readReadiness } from "@/lib/http/health/read-health";
import { useRuntime } from "@/lib/runtime/slot";
import { TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";
import { createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { queryAs } from "@/lib/testing/benches/query-as";

/** A key that no part has. */
const A_KEY = vkey("log.test/none", new Uint8Array(32));

let bench: PortalBench;
beforeAll(async () => {
  bench = await createPortalBench({});
  const { log, tenantId } = bench.audit.place;
  const { keystore } = bench.audit;
  const custodian = vkey(
    `${log}/custodian`,
    keystore.readNamedKey("receipt")?.publicKey ?? new Uint8Array(32),
  );
  Object.assign(process.env, {
    ...{
      LOG_ORIGIN: log,
      TENANT_ID: tenantId,
      LOG_VKEY: A_KEY,
      KEK_PASSPHRASE: TEST_PASSPHRASE,
      KEY_DIR: bench.audit.keyDir,
    },
    ...{
      DATABASE_URL: bench.audit.database.appUrl,
      CUSTODIAN_URL: "unix:/nowhere.sock",
      CUSTODIAN_VKEY: custodian,
    },
  });
  useRuntime(bench.runtime);
});
afterAll(() => bench?.close());

/** Changes the active text as the database's owner, past the guards. */
async function replace(text: string, by: string): Promise<void> {
  const run = (sql: string) => queryAs(bench.audit.database.adminUrl, sql);
  const triggers = ["policy_set_guard", "policy_set_complete"];
  for (const name of triggers) await run(`ALTER TABLE policy_set DISABLE TRIGGER ${name}`);
  await run(`UPDATE policy_set SET document = replace(document, '${text}', '${by}')`);
  for (const name of triggers) await run(`ALTER TABLE policy_set ENABLE ALWAYS TRIGGER ${name}`);
}

test("a portal is ready while it decides by the active set, and says that its text was altered", async () => {
  expect(await readReadiness()).toMatchObject({ ready: true, policies: true });
  expect((await readHealth()).parts).toContainEqual({ name: "policies", state: "up" });
  await replace("1825", "9825");
  await expect.poll(async () => (await readReadiness()).ready).toBe(false);
  expect(await readReadiness()).toMatchObject({
    ...{ ready: false, database: true, policies: false },
    degraded: expect.arrayContaining(["policies"]),
  });
  expect((await readHealth()).alarms).toEqual(expect.arrayContaining(["policies-down", "policies-altered"]));
  await replace("9825", "1825");
  await expect.poll(async () => (await readReadiness()).ready).toBe(true);
});

test("a portal's own start begins the policies, follows them, and decides by the set of the database", async () => {
  const { openRuntime } = await import("@/lib/runtime/portal");
  const runtime = await openRuntime();
  expect(await runtime.policies.check()).toBe("active");
  expect(runtime.policies.active().version).toBe(bench.runtime.policies.active().version);
  expect(runtime.policies.active().number).toBe(1);
  runtime.live.close();
});
