import { afterAll, beforeAll, expect, it } from "vitest";
import { type Database, openDatabase } from "@/lib/db/client";
import { statement } from "@/lib/db/statement";
import { inTransaction } from "@/lib/db/transaction";
import { inSpan, startTracing, stopTracing, useTracer } from "@/lib/telemetry/tracing/spans";
import { createTestDatabase, type TestDatabase } from "@/lib/testing/servers/database";
import { startTraceReceiver, type TraceReceiver } from "@/lib/testing/servers/trace-receiver";

/** How long the last spans may take on a busy machine. */
const PATIENCE_MS = 30_000;

interface Named {
  readonly name: string;
}
const FIND = statement<Named, unknown>(
  "find-tenant",
)`SELECT 1 FROM tenant WHERE id::text = ${({ name }) => name}`;
const CALLS = 12;
let database: TestDatabase;
let receiver: TraceReceiver;
let db: Database;

beforeAll(async () => {
  [database, receiver] = await Promise.all([createTestDatabase(), startTraceReceiver()]);
  await startTracing("test", { endpoint: receiver.url, ratio: 1 });
  db = openDatabase({ url: database.adminUrl, maxConnections: 1, waitMs: 60_000 });
  const cx = { db, instance: { tenantId: "00000000-0000-4000-8000-000000000001" } };
  // More callers than connections: each gets one from the caller before it.
  await Promise.all(
    Array.from({ length: CALLS }, (_, at) =>
      inSpan(
        () => ({ name: `request ${at}`, requestId: `01890000-0000-7000-8000-0000000000${at + 10}` }),
        async () => {
          await db.run(FIND, { name: `CANARY-${at}` });
          await db.pool.query("SELECT count(*) FROM participant WHERE id = $1", [`CANARY-${at}`]);
          await inTransaction(cx, (tx) => tx.participant.count({ where: { id: `CANARY-${at}` } }));
        },
      ),
    ),
  );
  await stopTracing(PATIENCE_MS);
});
afterAll(async () => {
  useTracer(undefined);
  await db?.close();
  await Promise.all([database?.drop(), receiver?.close()]);
});

it("each statement is a named span of its own caller, also when callers wait for one connection", () => {
  for (let at = 0; at < CALLS; at += 1) {
    const request = receiver.spans.find(({ name }) => name === `request ${at}`);
    const own = receiver.spans.filter(({ traceId }) => traceId === request?.traceId).map(({ name }) => name);
    expect(own.filter((name) => name === "sql find-tenant")).toHaveLength(1);
    expect(own.filter((name) => name === "sql SELECT participant")).toHaveLength(2);
    expect(own).toContain("sql BEGIN");
    expect(own).toContain("sql COMMIT");
  }
});

it("no value of a statement is in a span", () => {
  expect(receiver.bodies.join("")).not.toContain("CANARY");
});
