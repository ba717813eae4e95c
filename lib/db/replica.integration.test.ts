import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listEvents } from "@/lib/audit/reading/list-events";
import { EventQuery } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { bootstrapRoles, urlFor } from "@/lib/db/bootstrap-roles";
import type { Database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { onReplica, withReplica } from "@/lib/db/replica";
import { type DbContext, inRawSnapshot } from "@/lib/db/transaction";
import { getHome } from "@/lib/home/get-home";
import { createLogger } from "@/lib/telemetry/logger";
import { queryAs } from "@/lib/testing/benches/query-as";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { type PostgresServer, startPostgresql } from "@/lib/testing/servers/postgresql";
import { randomPasswords } from "@/lib/testing/servers/test-server";

let primary: PostgresServer;
let standby: PostgresServer;
let bench: UseCaseBench;
let db: Database;
let cx: Context;
const states: string[] = [];

beforeAll(async () => {
  primary = await startPostgresql();
  const passwords = randomPasswords();
  const template = "sealport_template";
  await bootstrapRoles({ adminUrl: primary.adminUrl, database: template, passwords });
  await migrate(urlFor(primary.adminUrl, undefined, template), path.resolve("prisma/migrations"));
  standby = await primary.standby();
  bench = await createUseCaseBench({ server: { adminUrl: primary.adminUrl, template, passwords } });
  const logger = createLogger("test", "info", {
    write: (line) => void states.push(JSON.parse(line).state ?? "used"),
  });
  await queryAs(
    bench.database.adminUrl,
    "CREATE TABLE written (n int); GRANT SELECT, INSERT ON written TO sealport_app",
  );
  const url = new URL(bench.database.appUrl);
  url.port = String(standby.port);
  db = withReplica(bench.cx.db, { url: url.href, catchUpMs: 500, logger });
  cx = { ...(await bench.person({ role: "client" })), db };
});
afterAll(async () => {
  await standby?.close();
  await bench?.close();
  await primary?.close();
});

const isFollower = async ({ db: from }: DbContext): Promise<boolean> => {
  const { rows } = await from.pool.query("SELECT pg_is_in_recovery() AS is");
  return rows[0]?.is === true;
};
const count = (from: DbContext): Promise<number> =>
  inRawSnapshot(from, async (tx) => (await tx.query("SELECT count(*)::int AS n FROM written")).rows[0]?.n);
const onStandby = (text: string) => queryAs(standby.adminUrl, text);
/** Waits until reads go to the replica: it may be behind for a moment, or left out for some seconds. */
const untilRead = () =>
  expect.poll(() => onReplica(cx, "audit.list", isFollower), { timeout: 60_000 }).toBe(true);

it("reads go to the replica, and show every change that was committed before they began", async () => {
  await untilRead();
  for (let turn = 1; turn <= 40; turn += 1) {
    await db.pool.query("INSERT INTO written VALUES (1)");
    expect(await onReplica(cx, "audit.list", count)).toBe(turn);
  }
  await untilRead();
});

it("a person's log and home are the same from the replica", async () => {
  await bench.integrate();
  const query = EventQuery.parse({});
  const { next_cursor: _, ...own } = await listEvents(cx, query);
  expect(own.items.length).toBeGreaterThan(0);
  expect(await listEvents({ ...cx, db: bench.cx.db }, query)).toMatchObject({ items: own.items });
  const { at: _first, ...home } = await getHome(cx);
  const { at: _second, ...same } = await getHome({ ...cx, db: bench.cx.db });
  expect(home).toEqual(same);
});

it("a replica that lags too far is not read until it has caught up", async () => {
  await untilRead();
  states.length = 0;
  await onStandby("SELECT pg_wal_replay_pause()");
  const before = await count({ ...cx, db: bench.cx.db });
  await db.pool.query("INSERT INTO written VALUES (1)");
  expect(await onReplica(cx, "audit.list", count)).toBe(before + 1);
  expect(await onReplica(cx, "audit.list", isFollower)).toBe(false);
  expect(states).toEqual(["behind"]);
  await onStandby("SELECT pg_wal_replay_resume()");
  await untilRead();
  expect(states).toEqual(["behind", "used"]);
});

it("no answer is lost when a replica ends during a read, and it is read again when it is back", async () => {
  await untilRead();
  let halted = 0;
  const ended = await onReplica(cx, "home", async (from) => {
    if (from.db !== db) {
      await standby.halt();
      halted += 1;
    }
    return count(from);
  });
  expect(ended).toBe(await count({ ...cx, db: bench.cx.db }));
  expect(halted).toBe(1);
  expect(await onReplica(cx, "audit.list", isFollower)).toBe(false);
  expect(states.at(-1)).toBe("away");
  await standby.start();
  await untilRead();
});

it("a server that follows no other is not a replica", async () => {
  await onStandby("SELECT pg_promote()");
  const stateAfter = async (): Promise<string | undefined> => {
    await onReplica(cx, "audit.list", isFollower);
    return states.at(-1);
  };
  await expect.poll(stateAfter, { timeout: 60_000 }).toBe("not a replica");
  expect(await onReplica(cx, "audit.list", isFollower)).toBe(false);
});
