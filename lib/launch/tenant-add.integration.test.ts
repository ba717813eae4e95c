import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { PROGRAM_ROOT, scriptArguments } from "@/lib/launch/program";
import { createTestKeyFolder, TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";
import { queryAs } from "@/lib/testing/benches/query-as";
import { createTestDatabase, type TestDatabase } from "@/lib/testing/servers/database";

let database: TestDatabase;
let own: Record<string, string>;
const second = uuidv7(Date.now());

/** The portal's variables of one tenant. */
async function variablesOf(name: string, tenantId: string): Promise<Record<string, string>> {
  const origin = `${name}.test/log1`;
  const { dir, keystore } = await createTestKeyFolder("portal", origin);
  const { vkey } = loadSigningKey(keystore, "receipt");
  return {
    TENANT_ID: tenantId,
    LOG_ORIGIN: origin,
    PORTAL_ORIGIN: `https://${name}.test`,
    KEY_DIR: dir,
    KEK_PASSPHRASE: TEST_PASSPHRASE,
    DATA_DIR: mkdtempSync(path.join(tmpdir(), "sealport-data-")),
    CUSTODIAN_URL: "unix:/nonexistent.sock",
    CUSTODIAN_VKEY: vkey,
    LOG_VKEY: vkey,
  };
}

beforeAll(async () => {
  database = await createTestDatabase();
  const folder = mkdtempSync(path.join(tmpdir(), "sealport-tenants-"));
  own = {
    ...(await variablesOf("first", database.tenantId)),
    DATABASE_URL: database.appUrl.replace(/.options=[^&]*/, ""),
    TENANTS_DIR: folder,
    NODE_ENV: "production",
    PATH: process.env.PATH ?? "",
  };
  const lines = Object.entries(await variablesOf("second", second)).map(
    ([name, value]) => `${name}="${value}"\n`,
  );
  writeFileSync(path.join(folder, "second.env"), lines.join(""));
});
afterAll(() => database?.drop());

function add(name: string) {
  const ended = spawnSync(process.execPath, scriptArguments("op.ts", "tenant", "add", name), {
    cwd: PROGRAM_ROOT,
    env: { ...own, NODE_ENV: "production" },
    encoding: "utf8",
  });
  return { code: ended.status, out: ended.stdout, err: ended.stderr };
}

it("`tenant add` makes the tenant of its file, with its first entry, and prints the link of its set-up", async () => {
  const { code, out, err } = add("second");
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain("second is served at second.test.");
  expect(out).toMatch(/https:\/\/second\.test\/setup#?\S+/);
  const rows = await queryAs(
    database.adminUrl,
    `SELECT t.id, t.log_origin, i.action FROM tenant t JOIN audit_index i ON i.tenant_id = t.id AND i.action = 'tenant.create'`,
  );
  expect(rows).toEqual([{ id: second, log_origin: "second.test/log1", action: "tenant.create" }]);
  expect(
    await queryAs(database.adminUrl, "SELECT count(*)::int AS n FROM audit_retention WHERE tenant_id = $1", [
      second,
    ]),
  ).toEqual([{ n: 5 }]);
  const again = add("second");
  expect([again.code, again.out]).toEqual([0, expect.stringContaining("/setup")]);
});

it("a tenant without a file is refused in one line", () => {
  expect(add("third")).toMatchObject({ code: 1, err: "Error: TENANTS_DIR has no third.env\n" });
});
