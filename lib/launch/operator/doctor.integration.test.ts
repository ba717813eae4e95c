import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { vkey } from "@/lib/crypto/log/signed-note";
import { checkConfig } from "@/lib/launch/operator/check-config";
import { examine } from "@/lib/launch/operator/doctor";
import { createTestKeyFolder, TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";
import { queryAs } from "@/lib/testing/benches/query-as";
import { startFalseClamd } from "@/lib/testing/servers/clamd";
import { createTestDatabase, type TestDatabase } from "@/lib/testing/servers/database";
import { type EdgeServer, startPgbouncer, throughPooler } from "@/lib/testing/servers/edge-servers";
import { type RedisServer, startRedis } from "@/lib/testing/servers/redis-server";

/** A key that no part has. */
const A_KEY = vkey("log.test/none", new Uint8Array(32));

const ORIGIN = "doctor.test/log1";
const TENANT = "0198b6a0-0000-7000-8000-000000000001";
let database: TestDatabase;
let redis: RedisServer;
let keyDir: string;
let dataDir: string;
beforeAll(async () => {
  database = await createTestDatabase();
  redis = await startRedis();
  keyDir = (await createTestKeyFolder("portal", ORIGIN)).dir;
  dataDir = mkdtempSync(path.join(tmpdir(), "sp-doctor-"));
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  await redis?.close();
  await database?.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** What is found for a portal with these variables: undefined for what is well, otherwise fault and advice. */
async function found(over: Readonly<Record<string, string>>) {
  const own = {
    ...{
      LOG_ORIGIN: ORIGIN,
      TENANT_ID: TENANT,
      LOG_VKEY: A_KEY,
      CUSTODIAN_VKEY: A_KEY,
    },
    ...{ DATABASE_URL: database.appUrl, KEY_DIR: keyDir, KEK_PASSPHRASE: TEST_PASSPHRASE, DATA_DIR: dataDir },
    ...{ REDIS_URL: redis.url, CUSTODIAN_URL: "unix:/nowhere.sock" },
  };
  // Variables of a test run are not an operator's.
  vi.unstubAllEnvs();
  for (const [name, value] of Object.entries({
    ...own,
    SEALPORT_CASES: undefined,
    SEALPORT_DEEP: undefined,
    ...over,
  }))
    vi.stubEnv(name, value);
  const lines = await examine("portal");
  return new Map(
    lines.map(({ what, fault, advice }) => [what, fault === undefined ? undefined : `${fault} ${advice}`]),
  );
}

describe("the doctor", () => {
  it("finds database, roles, migrations, notices, keys, disk and Redis well, and says what to do about a custodian that is away", async () => {
    const lines = await found({});
    for (const what of [
      "variables",
      "DATABASE_URL",
      "role of DATABASE_URL",
      "migrations",
      "page checksums",
      "keys",
      "Redis",
    ])
      expect([what, lines.get(what), lines.has(what)]).toEqual([what, undefined, true]);
    expect(lines.get("notices of the database (LISTEN)")).toBeUndefined();
    const faults = [...lines].filter(([, fault]) => fault !== undefined);
    expect(faults.map(([what]) => what)).toEqual(["CUSTODIAN_URL unix:/nowhere.sock"]);
    expect(faults[0]?.[1]).toContain("Start that part");
  });

  it("finds a login that may do too much, a key file that does not open, and servers that are away", async () => {
    const lines = await found({
      DATABASE_URL: database.adminUrl,
      KEK_PASSPHRASE: "another passphrase",
      REDIS_URL: "redis://127.0.0.1:1",
      SMTP_URL: "smtp://127.0.0.1:1",
      SMTP_FROM: "portal@example.org",
      WITNESS_URL: "unix:/nowhere.sock",
    });
    expect(lines.get("role of DATABASE_URL")).toContain("may do more than this part needs");
    for (const what of ["keys", "Redis", "mail server", "WITNESS_URL unix:/nowhere.sock"])
      expect([what, typeof lines.get(what)]).toEqual([what, "string"]);
  });

  it("asks the scanner, and says of one that cannot be reached that a portal reads its groups at start", async () => {
    const clamd = await startFalseClamd((socket) =>
      socket.on("data", (chunk) =>
        socket.write(`${chunk.includes("VERSION") ? "ClamAV 1.4.1" : "stream: OK"}\0`),
      ),
    );
    try {
      if (!("host" in clamd.address)) throw new TypeError("no port");
      const at = { CLAMD_HOST: clamd.address.host, CLAMD_PORT: String(clamd.address.port) };
      const lines = await found(at);
      expect([lines.has("scanner"), lines.get("scanner")]).toEqual([true, undefined]);
      expect((await found({})).get("scanner")).toBeUndefined();
    } finally {
      await clamd.close();
    }
    const away = await found({ CLAMD_SOCKET: "/nowhere/clamd.sock" });
    expect(away.get("scanner")).toMatch(/^cannot be reached .* restart it after adding it\.$/);
    expect(away.get("CLAMD_SOCKET /nowhere/clamd.sock")).toContain("does not exist");
  });

  it("finds another part's login behind a variable", async () => {
    expect((await found({ DATABASE_URL: database.workerUrl })).get("DATABASE_URL")).toMatch(
      /^is the login sealport_worker_login, which is the worker's/,
    );
    expect((await found({ DATABASE_URL: database.signerUrl })).get("DATABASE_URL")).toContain("the signer's");
    vi.stubEnv("DATABASE_URL", undefined);
    for (const [name, value] of Object.entries({ SIGNER_DATABASE_URL: database.appUrl, TENANT_ID: TENANT }))
      vi.stubEnv(name, value);
    const fault = async () =>
      (await checkConfig("signer")).find(({ what }) => what === "SIGNER_DATABASE_URL")?.fault;
    expect(await fault()).toBe("is the login sealport_app_login, which is the portal's");
    vi.stubEnv("SIGNER_DATABASE_URL", database.signerUrl);
    expect(await fault()).toBeUndefined();
  });

  it("has one line for a database that is away, and calls nothing well that it could not ask", async () => {
    const lines = await found({
      DATABASE_URL: "postgresql://nobody:nothing@127.0.0.1:1/none",
      BACKUP_EVERY_HOURS: "24",
    });
    expect(
      [...lines.keys()].filter((what) => /^(?:role|migrations|page|backup|notices|DATABASE)/.test(what)),
    ).toEqual(["DATABASE_URL"]);
    expect(lines.get("DATABASE_URL")).toContain("cannot be reached");
  });

  it("finds a backup that is missing or old, and a drill that is due", async () => {
    const lineOf = async () => (await found({ BACKUP_EVERY_HOURS: "24" })).get("backup");
    const run = (kind: string, hours: number) =>
      queryAs(
        database.adminUrl,
        `INSERT INTO backup_run (id, tenant_id, kind, outcome, started_at, finished_at, facts)
         SELECT gen_random_uuid(), '${TENANT}', '${kind}', 'done', at, at, '{}' FROM (SELECT now() - interval '${hours} hours' AS at) t`,
      );
    expect((await found({})).has("backup")).toBe(false);
    expect(await lineOf()).toMatch(/^was never made Run npm run op -- backup create/);
    await run("backup", 49);
    expect(await lineOf()).toMatch(/^is 49 hours old and expected every 24/);
    await run("backup", 1);
    expect(await lineOf()).toMatch(/^had no drill that passed in 90 days/);
    await run("drill", 1);
    expect(await lineOf()).toBeUndefined();
  });

  it("finds a pooler that swallows notices, until DATABASE_LISTEN_URL names the server", async () => {
    const { username, password } = new URL(database.appUrl);
    const pooler: EdgeServer = await startPgbouncer(database.adminUrl, {
      [decodeURIComponent(username)]: decodeURIComponent(password),
    });
    const DATABASE_URL = throughPooler(database.appUrl, pooler);
    const what = "notices of the database (LISTEN)";
    try {
      expect((await found({ DATABASE_URL })).get(what)).toContain("Set DATABASE_LISTEN_URL");
      const heard = await found({ DATABASE_URL, DATABASE_LISTEN_URL: database.appUrl });
      expect([heard.has(what), heard.get(what)]).toEqual([true, undefined]);
    } finally {
      await pooler.close();
    }
  });
});
