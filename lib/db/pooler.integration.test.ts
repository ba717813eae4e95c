import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { systemClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { requireLogin } from "@/lib/db/check-database";
import { type Database, openDatabase } from "@/lib/db/client";
import { openListener, requireNotices } from "@/lib/db/listen";
import { openPool } from "@/lib/db/pool";
import { statement } from "@/lib/db/statement";
import { inRawSnapshot, inSnapshot } from "@/lib/db/transaction";
import { createLogger } from "@/lib/telemetry/logger";
import { queryAs } from "@/lib/testing/benches/query-as";
import { createTestDatabase, type TestDatabase } from "@/lib/testing/servers/database";
import { type EdgeServer, startPgbouncer, throughPooler } from "@/lib/testing/servers/edge-servers";

const POOL = 3;
const BARE = { user: "sealport_bare", password: "no settings" };

let database: TestDatabase;
let pooler: EdgeServer;
let db: Database;
let url: string;
beforeAll(async () => {
  database = await createTestDatabase();
  const { passwords } = inject("testServer");
  await queryAs(
    database.adminUrl,
    `CREATE ROLE ${BARE.user} LOGIN PASSWORD '${BARE.password}' IN ROLE sealport_app`,
  );
  const logins = { ...passwords, [BARE.user]: BARE.password };
  pooler = await startPgbouncer(database.adminUrl, logins, { poolSize: POOL, tenantId: database.tenantId });
  url = throughPooler(database.appUrl, pooler);
  db = openDatabase({ url, waitMs: 30_000 });
});
afterAll(async () => {
  await db?.close();
  await pooler?.close();
  await database?.drop();
  await queryAs(inject("testServer").adminUrl, `DROP ROLE IF EXISTS ${BARE.user}`);
});

const SUM = statement<
  { readonly a: number; readonly b: number },
  { readonly sum: number; readonly pid: number }
>("pooled-sum")`SELECT ${({ a }) => a}::int + ${({ b }) => b}::int AS sum, pg_backend_pid() AS pid`;

const login = (at: string, tenantId?: string) =>
  requireLogin("DATABASE_URL", at, {
    clock: systemClock,
    own: tenantId === undefined ? undefined : { TENANT_ID: tenantId, LOG_ORIGIN: "pooler.test/log" },
  });

describe("a pooler in transaction mode", () => {
  it("runs named statements of more clients than it has connections, each with its own answer", async () => {
    const numbers = Array.from({ length: 200 }, (_, at) => at);
    const found = await Promise.all(numbers.map((a) => db.run(SUM, { a, b: 1 })));
    expect(found.map(([row]) => row?.sum)).toEqual(numbers.map((a) => a + 1));
    expect(new Set(found.map(([row]) => row?.pid)).size).toBeLessThanOrEqual(POOL);
    const prisma = await Promise.all(numbers.map(() => db.prisma.tenant.count()));
    expect(new Set(prisma)).toEqual(new Set([0]));
  });

  it("keeps a transaction on one connection, a snapshot among them", async () => {
    const cx = { db, instance: { tenantId: "" } };
    const inOne = async () =>
      db.prepared.transaction(async (tx) => {
        const [first, second] = await Promise.all([tx.run(SUM, { a: 1, b: 1 }), tx.run(SUM, { a: 1, b: 2 })]);
        return first[0]?.pid === second[0]?.pid;
      });
    expect(await Promise.all(Array.from({ length: 20 }, inOne))).toEqual(Array(20).fill(true));
    const mode = "SELECT current_setting('transaction_isolation') AS mode";
    expect((await inRawSnapshot(cx, (tx) => tx.query(mode))).rows).toEqual([{ mode: "repeatable read" }]);
    expect(await inSnapshot(cx, (tx) => tx.$queryRawUnsafe(mode))).toEqual([{ mode: "repeatable read" }]);
  });

  it("gives each connection the settings of its role, and a part refuses a role that lacks them", async () => {
    const settings =
      "SELECT current_setting('search_path') AS path, current_setting('timezone') AS zone, current_setting('default_transaction_isolation') AS mode";
    const { rows } = await db.pool.query(settings);
    expect(rows).toEqual([{ path: "public, pg_temp", zone: "UTC", mode: "read committed" }]);
    expect(await login(url)).toBe(true);
    const bare = new URL(database.appUrl);
    [bare.username, bare.password] = [BARE.user, encodeURIComponent(BARE.password)];
    await expect(login(throughPooler(bare.href, pooler))).rejects.toThrow(
      /pooler of DATABASE_URL drops the setting (timezone|search_path)/,
    );
    // The same login without the pooler has what it asks for at its beginning.
    expect(await login(bare.href)).toBe(true);
  });

  it("names the tenant by its connect_query, and a part of another tenant does not start behind it", async () => {
    const named = "SELECT current_setting('sealport.tenant', true) AS tenant";
    expect((await db.pool.query(named)).rows).toEqual([{ tenant: database.tenantId }]);
    expect(await login(url, database.tenantId)).toBe(true);
    await expect(login(url, uuidv7(Date.now()))).rejects.toThrow(
      "pooler of DATABASE_URL names another tenant",
    );
    const { passwords } = inject("testServer");
    const nameless = await startPgbouncer(database.adminUrl, passwords);
    try {
      const through = throughPooler(database.appUrl, nameless);
      await expect(login(through, database.tenantId)).rejects.toThrow(
        /pooler of DATABASE_URL names no tenant.*connect_query/,
      );
    } finally {
      await nameless.close();
    }
  });
});

describe("notices", () => {
  /** Listens at one address while notices are sent through the pooler. */
  function listenAt(address: string) {
    const lines: string[] = [];
    const heard: string[] = [];
    const logger = createLogger("test", "info", { write: (line) => void lines.push(line) });
    const pool = openPool({ url, maxConnections: 2 });
    const listener = openListener({
      source: { url: address, pool, logger },
      applicationName: "test",
      channel: "pooled_channel",
      onMessage: (payload) => void heard.push(payload),
      onListening: () => void heard.push("listening"),
      onLost: () => void heard.push("lost"),
    });
    const close = async () => {
      listener.close();
      await pool.end();
    };
    return { heard, lines, pool, close };
  }

  it("sent through a pooler are heard on a connection of PostgreSQL itself", async () => {
    const { heard, pool, close } = listenAt(database.appUrl);
    try {
      await expect.poll(() => heard).toEqual(["listening"]);
      await pool.query("SELECT pg_notify('pooled_channel', 'hello')");
      await expect.poll(() => heard).toEqual(["listening", "hello"]);
    } finally {
      await close();
    }
  });

  it("that a pooler swallows raise one alarm, and the listener does not say that it listens", async () => {
    const { heard, lines, close } = listenAt(url);
    try {
      await expect.poll(() => heard.length).toBeGreaterThan(0);
      expect(new Set(heard)).toEqual(new Set(["lost"]));
      const alarms = lines.map((line) => JSON.parse(line)).filter(({ alarm }) => alarm === "listen.silent");
      expect(alarms).toMatchObject([{ channel: "pooled_channel" }]);
    } finally {
      await close();
    }
  });

  it("are what the check of a configuration tries", async () => {
    const pool = openPool({ url, maxConnections: 2 });
    const logger = createLogger("test", "silent");
    try {
      await requireNotices({ url: database.appUrl, pool, logger });
      await expect(requireNotices({ url, pool, logger })).rejects.toThrow("not heard");
    } finally {
      await pool.end();
    }
  });
});
