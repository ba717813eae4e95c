import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "@/lib/db/client";
import { isUniqueViolation } from "@/lib/db/errors";
import {
  type DbContext,
  inRawSnapshot,
  inRawTransaction,
  inSnapshot,
  inTransaction,
} from "@/lib/db/transaction";
import { createTestDatabase, type TestDatabase } from "@/lib/testing/servers/database";

let database: TestDatabase;
let db: Database;
const tenantId = randomUUID();

function contextOf(handle: Database): DbContext {
  return {
    db: handle,
    instance: { tenantId },
  };
}

function newTenant(id: string): { id: string; name: string; pseudonym: string; log_origin: string } {
  return { id, name: "t", pseudonym: id, log_origin: "sealport.test/log" };
}

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.appUrl });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

describe("transactions", () => {
  test("a transaction is READ COMMITTED and a snapshot REPEATABLE READ, whatever the role's own settings are", async () => {
    const url = new URL(database.appUrl);
    url.searchParams.set(
      "options",
      "-c default_transaction_isolation=serializable -c default_transaction_read_only=on",
    );
    const other = openDatabase({ url: url.href });
    const cx = contextOf(other);
    const MODE = `SELECT current_setting('transaction_isolation') AS i, current_setting('transaction_read_only') AS r,
      current_setting('timezone') AS z`;
    const [writing, reading] = [
      [{ i: "read committed", r: "off", z: "UTC" }],
      [{ i: "repeatable read", r: "on", z: "UTC" }],
    ];
    expect(await inTransaction(cx, (tx) => tx.$queryRawUnsafe(MODE))).toEqual(writing);
    expect((await inRawTransaction(cx, (tx) => tx.query(MODE))).rows).toEqual(writing);
    expect(await inSnapshot(cx, (tx) => tx.$queryRawUnsafe(MODE))).toEqual(reading);
    expect((await inRawSnapshot(cx, (tx) => tx.query(MODE))).rows).toEqual(reading);
    await other.close();
  });

  test("a snapshot cannot write and does not see later commits", async () => {
    const cx = contextOf(db);
    await expect(inSnapshot(cx, (tx) => tx.$executeRaw`DELETE FROM tenant`)).rejects.toMatchObject({
      sqlState: "25006",
    });
    await expect(inRawSnapshot(cx, (tx) => tx.query("DELETE FROM tenant"))).rejects.toMatchObject({
      sqlState: "25006",
    });
    const counts = await inSnapshot(cx, async (tx) => {
      const before = await tx.tenant.count();
      await inTransaction(cx, (other) => other.tenant.create({ data: newTenant(randomUUID()) })).catch(
        () => undefined,
      );
      return [before, await tx.tenant.count()];
    });
    expect(counts[0]).toBe(counts[1]);
  });

  test("a failure inside rolls back and reaches the caller unchanged", async () => {
    const failure = new RangeError("mine");
    await expect(
      inTransaction(contextOf(db), async () => {
        throw failure;
      }),
    ).rejects.toBe(failure);
    await expect(
      inRawTransaction(contextOf(db), async () => {
        throw failure;
      }),
    ).rejects.toBe(failure);
  });

  test("no failure carries a value of the statement", async () => {
    const canary = `canary-${randomUUID()}`;
    const caught: unknown = await inTransaction(contextOf(db), (tx) =>
      tx.tenant.create({ data: { ...newTenant("not-a-uuid"), name: canary } }),
    ).catch((error: unknown) => error);
    expect(caught).toBeInstanceOf(Error);
    expect(
      JSON.stringify(caught) + String(caught) + (caught instanceof Error ? caught.stack : ""),
    ).not.toContain(canary);
  });

  test("a transaction that takes longer than its limit is a 503 and stores no change", async () => {
    const owner = openDatabase({ url: database.adminUrl });
    await owner.pool.query("CREATE TABLE kept (n integer)");
    const write = (limitMs: number, seconds: number) =>
      inTransaction(
        contextOf(owner),
        async (tx) => {
          await tx.$executeRaw`INSERT INTO kept VALUES (1)`;
          await tx.$queryRaw`SELECT 1 AS one FROM pg_sleep(${seconds}::float8)`;
        },
        limitMs,
      );
    const kept = async () => (await owner.pool.query("SELECT n FROM kept")).rowCount;
    await expect(write(200, 1)).rejects.toMatchObject({ code: "service.database-unavailable", status: 503 });
    expect(await kept()).toBe(0);
    await write(60_000, 0);
    expect(await kept()).toBe(1);
    await owner.close();
  });

  test("a unique violation is recognised", async () => {
    const owner = openDatabase({ url: database.adminUrl });
    const id = randomUUID();
    const caught: unknown = await inRawTransaction(contextOf(owner), async (tx) => {
      await tx.query("CREATE TEMP TABLE once (id uuid CONSTRAINT once_pk PRIMARY KEY)");
      await tx.query("INSERT INTO once VALUES ($1), ($1)", [id]);
    }).catch((error: unknown) => error);
    expect(isUniqueViolation(caught, "once_pk")).toBe(true);
    expect(isUniqueViolation(caught, "other")).toBe(false);
    await owner.close();
  });
});

describe("an unreachable database", () => {
  test.each(["postgresql://u:p@127.0.0.1:1/x", "postgresql://u:p@localhost/x?host=/nonexistent"])(
    "answers 503 from every kind of transaction (%s)",
    async (url) => {
      const gone = openDatabase({ url });
      const cx = contextOf(gone);
      for (const attempt of [
        () => inTransaction(cx, (tx) => tx.tenant.count()),
        () => inSnapshot(cx, (tx) => tx.tenant.count()),
        () => inRawTransaction(cx, (tx) => tx.query("SELECT 1")),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: "service.database-unavailable", status: 503 });
      }
      await gone.close();
    },
  );

  test("a connection cut by the server answers 503 and the pool recovers", async () => {
    const cx = contextOf(db);
    await expect(
      inTransaction(cx, (tx) => tx.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`),
    ).rejects.toMatchObject({ code: "service.database-unavailable" });
    await expect(
      inRawTransaction(cx, (tx) => tx.query("SELECT pg_terminate_backend(pg_backend_pid())")),
    ).rejects.toMatchObject({ code: "service.database-unavailable" });
    expect(await inTransaction(cx, (tx) => tx.$queryRaw`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
  });
});
