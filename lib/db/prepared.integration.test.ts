import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "@/lib/db/client";
import type { PreparedTx } from "@/lib/db/prepared";
import { statement } from "@/lib/db/statement";
import { InvariantError } from "@/lib/errors";
import { queryAs } from "@/lib/testing/benches/query-as";
import { type CutProxy, startCutProxy } from "@/lib/testing/servers/cut-proxy";
import { createTestDatabase, type TestDatabase } from "@/lib/testing/servers/database";

const UNAVAILABLE = { code: "service.database-unavailable", status: 503 };

/** Two tables of the owner: one checks its rows at once, the other at COMMIT. */
const TABLES = `
  CREATE TABLE kept (n integer PRIMARY KEY);
  CREATE TABLE checked (n integer);
  CREATE FUNCTION refuse_negative() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.n < 0 THEN RAISE EXCEPTION 'negative' USING ERRCODE = 'SP001'; END IF;
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER checked_complete AFTER INSERT ON checked DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_negative()`;

interface Number {
  readonly n: number;
}
const nOf = ({ n }: Number) => n;
const KEEP = statement<Number, Number>("keep")`INSERT INTO kept VALUES (${nOf}) RETURNING n`;
const KEEP_TWICE = statement<Number, never>("keep-twice")`
  WITH first AS (INSERT INTO kept VALUES (${nOf})) INSERT INTO kept VALUES (${nOf}::int + 1), (${nOf}::int + 1)`;
const CHECK = statement<Number, never>("check")`INSERT INTO checked VALUES (${nOf})`;
const LOCK = statement<Number, Number>("lock")`SELECT n FROM kept WHERE n = ${nOf} FOR UPDATE`;
const SLEEP = statement<Number, unknown>("sleep")`SELECT pg_sleep(${nOf}::float8)`;
const WHO = statement<object, { readonly pid: number; readonly zone: string; readonly path: string }>("who")`
  SELECT pg_backend_pid() AS pid, current_setting('timezone') AS zone, current_setting('search_path') AS path`;
const READ = statement<object, { readonly big: bigint; readonly bytes: Uint8Array; readonly at: Date }>(
  "read",
)`
  SELECT 9007199254740993::bigint AS big, '\\x00ff'::bytea AS bytes, '2026-11-29T10:00:00.123Z'::timestamptz AS at`;

let database: TestDatabase;
let proxy: CutProxy;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  await queryAs(database.adminUrl, TABLES);
  proxy = await startCutProxy(database.adminUrl);
  db = openDatabase({ url: proxy.url, maxConnections: 1, waitMs: 60_000 });
});
afterAll(async () => {
  await db?.close();
  await proxy?.close();
  await database?.drop();
});
afterEach(async () => {
  proxy.restore();
  proxy.cutAfter(undefined);
  await queryAs(database.adminUrl, "TRUNCATE kept, checked");
});

const numbersIn = async (table: "kept" | "checked") =>
  (await queryAs(database.adminUrl, `SELECT n FROM ${table} ORDER BY n`)).map((row) =>
    Reflect.get(Object(row), "n"),
  );

/** Runs `run` while each query with this text is sent as another one. */
async function replacing(text: string, other: string, run: () => Promise<unknown>): Promise<void> {
  const own = pg.Client.prototype.query;
  const replaced = function (
    this: pg.Client,
    config: { readonly text: string },
    ...rest: unknown[]
  ): unknown {
    const sent = config.text === text ? { ...config, text: other } : config;
    return Reflect.apply(own, this, [sent, ...rest]);
  };
  Reflect.set(pg.Client.prototype, "query", replaced);
  try {
    await run();
  } finally {
    Reflect.set(pg.Client.prototype, "query", own);
  }
}

describe("one prepared statement", () => {
  it("is a transaction of its own: a failure leaves none of its rows, and the connection is used again", async () => {
    const [before] = await db.run(WHO, {});
    await expect(db.run(KEEP_TWICE, { n: 1 })).rejects.toMatchObject({
      sqlState: "23505",
      constraint: "kept_pkey",
    });
    expect(await numbersIn("kept")).toEqual([]);
    const [after] = await db.run(WHO, {});
    expect(after?.pid).toBe(before?.pid);
  });

  it("reads numbers, bytes and instants in the form that Prisma gives them", async () => {
    const expected = [
      { big: 9007199254740993n, bytes: Buffer.from([0, 255]), at: new Date("2026-11-29T10:00:00.123Z") },
    ];
    expect(await db.run(READ, {})).toEqual(expected);
    expect(await db.prisma.$queryRawUnsafe(READ.text)).toMatchObject([
      { big: 9007199254740993n, at: expected[0]?.at },
    ]);
  });

  it("runs in UTC and among our names, whatever the URL asks for", async () => {
    const asked = new URL(database.adminUrl);
    asked.searchParams.set("options", "-c search_path=evil -c timezone=Asia/Tokyo");
    const other = openDatabase({ url: asked.href });
    expect(await other.run(WHO, {})).toMatchObject([{ zone: "UTC", path: "public,pg_temp" }]);
    await other.close();
  });

  it("carries no value of its parameters into an error", async () => {
    const caught: unknown = await db
      .run(KEEP, { n: Number("123456789012") })
      .catch((error: unknown) => error);
    expect(caught).toBeInstanceOf(Error);
    expect(String(caught) + (caught instanceof Error ? caught.stack : "")).not.toContain("123456789012");
  });
});

describe("a pipelined transaction", () => {
  const transaction = <T>(fn: (tx: PreparedTx) => Promise<T>) => db.prepared.transaction(fn);

  it("stores all of its statements, the last one together with COMMIT", async () => {
    await transaction(async ({ run, finish }) => {
      await run(KEEP, { n: 1 });
      await finish(KEEP, { n: 2 });
    });
    expect(await numbersIn("kept")).toEqual([1, 2]);
  });

  it("is an error if its last statement fails, although COMMIT answers", async () => {
    const failing = transaction(async ({ run, finish }) => {
      await run(KEEP, { n: 1 });
      await finish(KEEP, { n: 1 });
    });
    await expect(failing).rejects.toMatchObject({ sqlState: "23505" });
    expect(await numbersIn("kept")).toEqual([]);
  });

  it("is an error if a failure was ignored: COMMIT then answers ROLLBACK", async () => {
    const failing = transaction(async ({ run }) => {
      await run(KEEP, { n: 1 });
      await run(KEEP, { n: 1 }).catch(() => undefined);
    });
    await expect(failing).rejects.toBeInstanceOf(InvariantError);
    expect(await numbersIn("kept")).toEqual([]);
  });

  it("is an error if a check at COMMIT fails, whether COMMIT was sent alone or with the last statement", async () => {
    const alone = transaction(async ({ run }) => {
      await run(CHECK, { n: -1 });
    });
    await expect(alone).rejects.toBeInstanceOf(InvariantError);
    const together = transaction(({ finish }) => finish(CHECK, { n: -1 }));
    await expect(together).rejects.toBeInstanceOf(InvariantError);
    expect(await numbersIn("checked")).toEqual([]);
  });

  it("gives no answer of a statement that ran without its BEGIN", async () => {
    let answers = 0;
    await replacing("BEGIN ISOLATION LEVEL READ COMMITTED", "SELECT 1/0", async () => {
      const failing = transaction(async ({ run }) => {
        await run(LOCK, { n: 1 });
        answers += 1;
      });
      await expect(failing).rejects.toMatchObject({ sqlState: "22012" });
    });
    expect(answers).toBe(0);
  });

  it("rolls back if its function fails, and passes that failure on", async () => {
    const failure = new RangeError("mine");
    const failing = transaction(async ({ run }) => {
      await run(KEEP, { n: 1 });
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    expect(await numbersIn("kept")).toEqual([]);
  });

  it("a branch that continues after another has failed sends nothing to the next transaction", async () => {
    const left: PreparedTx[] = [];
    const failing = db.prepared.transaction(async (tx) => {
      left.push(tx);
      await tx.run(CHECK, { n: 1 });
      throw new InvariantError("the other branch");
    });
    await expect(failing).rejects.toThrow("the other branch");
    await db.prepared.transaction(async ({ run }) => {
      await run(KEEP, { n: 3 });
      await expect(left[0]?.run(KEEP, { n: 2 })).rejects.toThrow("after its transaction had ended");
    });
    expect(await numbersIn("kept")).toEqual([3]);
  });

  it("cannot write in a snapshot", async () => {
    const writing = db.prepared.transaction(({ run }) => run(KEEP, { n: 1 }), { isSnapshot: true });
    await expect(writing).rejects.toMatchObject({ sqlState: "25006" });
  });
});

describe("a database that does not answer in time", () => {
  it("is a 503 for a statement that takes too long, and the connection is used again", async () => {
    const [before] = await db.run(WHO, {});
    const slow = db.prepared.transaction(({ finish }) => finish(SLEEP, { n: 5 }), { limitMs: 200 });
    await expect(slow).rejects.toMatchObject(UNAVAILABLE);
    expect(await db.run(WHO, {})).toMatchObject([{ pid: before?.pid }]);
  });

  it("is a 503 for a statement that waits for a lock, before other calls fail for want of a connection", async () => {
    await db.run(KEEP, { n: 1 });
    const holder = new pg.Client({ connectionString: database.adminUrl });
    await holder.connect();
    await holder.query("BEGIN; SELECT n FROM kept FOR UPDATE");
    await expect(db.run(LOCK, { n: 1 })).rejects.toMatchObject(UNAVAILABLE);
    await holder.query("ROLLBACK");
    await holder.end();
    expect(await db.run(LOCK, { n: 1 })).toEqual([{ n: 1 }]);
  });

  it("is a 503 when it is gone, and calls succeed when it is back", async () => {
    proxy.goAway();
    await expect(db.run(KEEP, { n: 1 })).rejects.toMatchObject(UNAVAILABLE);
    await expect(db.prepared.transaction(({ run }) => run(KEEP, { n: 1 }))).rejects.toMatchObject(
      UNAVAILABLE,
    );
    proxy.restore();
    expect(await db.run(KEEP, { n: 1 })).toEqual([{ n: 1 }]);
    expect(await db.prepared.transaction(({ finish }) => finish(KEEP, { n: 2 }))).toEqual([{ n: 2 }]);
  });

  it("is a 503 when it falls silent, and the connection is given up", async () => {
    await db.run(WHO, {});
    const silent = db.prepared.transaction(
      async ({ run }) => {
        await run(WHO, {});
        proxy.fallSilent();
        await run(WHO, {});
      },
      { limitMs: 100 },
    );
    await expect(silent).rejects.toMatchObject(UNAVAILABLE);
    proxy.restore();
    expect(await db.run(KEEP, { n: 1 })).toEqual([{ n: 1 }]);
  });

  it("ends neither the process nor later calls when the server ends an idle or a used connection", async () => {
    const id = randomUUID();
    const [idle] = await db.run(WHO, {});
    await queryAs(database.adminUrl, `SELECT pg_terminate_backend(${idle?.pid}) AS "${id}"`);
    await expect.poll(() => db.run(WHO, {}).catch(() => undefined)).not.toBeUndefined();
    const used = db.prepared.transaction(async ({ run }) => {
      const [own] = await run(WHO, {});
      await queryAs(database.adminUrl, `SELECT pg_terminate_backend(${own?.pid}) AS "${id}"`);
      await run(KEEP, { n: 1 });
    });
    await expect(used).rejects.toMatchObject(UNAVAILABLE);
    expect(await db.run(KEEP, { n: 1 })).toEqual([{ n: 1 }]);
  });
});

it("a statement whose connection is cut at any point of its message leaves all of its rows or none", async () => {
  const KEEP_MANY = statement<Number, never>("keep-many")`
    WITH a AS (INSERT INTO kept VALUES (${nOf})) INSERT INTO checked VALUES (${nOf}), (${nOf}::int + 1)`;
  await db.run(WHO, {});
  proxy.cutAfter(undefined);
  await db.run(KEEP_MANY, { n: 1_000 });
  // With its text, which each new connection gets again.
  const length = proxy.sent;
  const seen = new Set<string>();
  proxy.goAway();
  proxy.restore();
  for (let bytes = 1; bytes <= length; bytes += bytes < length - 20 ? 5 : 1) {
    const n = 1_000 + 10 * bytes;
    await db.run(WHO, {}).catch(() => undefined);
    await db.run(WHO, {});
    proxy.cutAfter(bytes);
    const isKnown = await db.run(KEEP_MANY, { n }).then(
      () => true,
      () => false,
    );
    proxy.cutAfter(undefined);
    const isKept = (await numbersIn("kept")).includes(n);
    const checked = (await numbersIn("checked")).filter((one) => one === n || one === n + 1).length;
    expect([bytes, checked]).toEqual([bytes, isKept ? 2 : 0]);
    if (isKnown) expect(isKept).toBe(true);
    seen.add(isKept ? "all" : "none");
  }
  expect([...seen].sort()).toEqual(["all", "none"]);
});
