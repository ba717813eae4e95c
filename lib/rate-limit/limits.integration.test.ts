import type { Pool } from "pg";
import { parseList } from "structured-headers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { useGrantDay } from "@/lib/access/grants/use-grant";
import { operation } from "@/lib/api-client/operation";
import { uuidv7 } from "@/lib/crypto/uuid";
import { bind } from "@/lib/http/endpoint/bind";
import { openLimits } from "@/lib/rate-limit/limits";
import { memoryRatelimit, openLimitPool, type Ratelimit } from "@/lib/rate-limit/ratelimit";
import { openRedisCounters } from "@/lib/rate-limit/redis-counters";
import type { SharedCounters } from "@/lib/rate-limit/shared-counters";
import { useRuntime } from "@/lib/runtime/slot";
import { createCaller, createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { serve } from "@/lib/testing/routes/route-files";
import { startRedis } from "@/lib/testing/servers/redis-server";

const CALLS = 60;

let bench: PortalBench;
beforeAll(async () => {
  bench = await createPortalBench({ open: 1_000 });
  useRuntime(bench.runtime);
});
afterAll(() => bench.close());

/** These tests show exact counts, not that a busy machine is quick. */
const patient = () => ({ pool: bench.runtime.db.pool, secret: new Uint8Array(32), drawMs: 120_000 });

const open = operation({
  id: "openThing",
  method: "GET",
  path: "/confidential/things",
  summary: "test",
  scopes: ["read"],
  roles: "any",
  response: { status: 200, schema: z.object({ ok: z.boolean() }) },
  rate: "open",
  action: "transaction.read",
});

const read = operation({ ...open, id: "readThing", path: "/confidential/reads", rate: "reads" });
const reading = serve("/confidential/reads", [bind(read, async () => ({ ok: true }))]);
const nowhere = serve("/confidential/nowhere", []);

const asked = (path: string, key: string, method = "GET") =>
  new Request(`http://portal.test${path}`, { method, headers: { "x-api-key": key } });
const route = { params: Promise.resolve({}) };

const { GET } = serve("/confidential/things", [
  bind(open, async (cx) => {
    await cx.db.pool.query("SELECT pg_sleep(0.1)");
    return { ok: true };
  }),
]);

it("counts are committed without waiting for the disk, and all other writes wait for it", async () => {
  const sql = "SELECT setting, source FROM pg_settings WHERE name = 'synchronous_commit'";
  const settings = async (pool: Pool) => (await pool.query(sql)).rows[0];
  const pool = openLimitPool({ url: bench.audit.database.appUrl });
  expect(await settings(pool)).toEqual({ setting: "off", source: "client" });
  expect(await settings(bench.runtime.db.pool)).not.toMatchObject({ source: "client" });
  await pool.end();
});

describe("the exact counters", () => {
  it("answer while every other connection is busy", async () => {
    const { limits, db } = bench.runtime;
    const held = await Promise.all(Array.from({ length: db.pool.options.max }, () => db.pool.connect()));
    try {
      const draws = await Promise.all(Array.from({ length: CALLS }, () => limits.take("open", "a")));
      expect(draws.every((draw) => draw.success)).toBe(true);
      expect(new Set(draws.map((draw) => draw.remaining)).size).toBe(CALLS);
    } finally {
      for (const client of held) client.release();
    }
  });

  it("do not refuse any of 60 parallel calls, though all of them need the same few connections", async () => {
    const { key } = await createCaller(bench.runtime, "client", ["read"]);
    const call = () =>
      GET(new Request("http://portal.test/confidential/things", { headers: { "x-api-key": key } }), {
        params: Promise.resolve({}),
      });
    const replies = await Promise.all(Array.from({ length: CALLS }, call));
    expect(replies.map((reply) => reply.status)).toEqual(Array(CALLS).fill(200));
  });
});

it("on PostgreSQL exactly 50 of 200 parallel calls pass", async () => {
  const limits = openLimits(patient(), { open: 50 });
  const actor = uuidv7(Date.now());
  const draws = await Promise.all(Array.from({ length: 200 }, () => limits.take("open", actor)));
  expect(draws.filter(({ success }) => success)).toHaveLength(50);
  const { rows } = await bench.audit.appPool.query("SELECT key FROM rate_limit");
  expect(JSON.stringify(rows)).not.toContain(actor);
});

it("a heavier call takes more of its budget, and the actors of a tenant share one more", async () => {
  const limits = openLimits(patient(), { reads: 10 });
  expect((await limits.take("reads", "heavy", 9)).remaining).toBe(1);
  expect((await limits.take("reads", "heavy", 2)).success).toBe(false);
  const others = Array.from({ length: 60 }, (_, index) => `actor ${index}`);
  const draws = await Promise.all(
    others.flatMap((actor) => Array.from({ length: 9 }, () => limits.take("reads", actor))),
  );
  // 50 actors' worth, of which the heavy one took 9.
  expect(draws.filter(({ success }) => success)).toHaveLength(491);
  expect(draws.filter(({ success }) => !success).every(({ remaining }) => remaining === 0)).toBe(true);
});

it("tenants that share the counters have separate budgets", async () => {
  const stores = new Map<string, Ratelimit>();
  const shared: SharedCounters = {
    kind: "redis",
    ratelimit: (name, budget) => {
      const store = stores.get(name) ?? memoryRatelimit(name, budget);
      stores.set(name, store);
      return store;
    },
    isUp: async () => true,
    close: () => undefined,
  };
  const [one, other] = [1, 2].map((byte) =>
    openLimits({ ...patient(), secret: new Uint8Array(32).fill(byte), shared }, { batch: 1 }),
  );
  const draw = async (limits: typeof one) =>
    Promise.all(Array.from({ length: 51 }, (_, index) => limits?.take("batch", `actor ${index}`)));
  expect((await draw(one)).filter((found) => found?.success === true)).toHaveLength(50);
  expect((await draw(other)).filter((found) => found?.success === true)).toHaveLength(50);
});

it("a grant's day is exact, and a caller who comes too late sees when the next begins", async () => {
  const limits = openLimits(patient(), { open: 1 });
  const grant = uuidv7(Date.now());
  const draws = await Promise.allSettled(
    Array.from({ length: 60 }, () => useGrantDay({ clock: bench.runtime.clock, limits }, grant)),
  );
  expect(draws.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
  const refused = draws.flatMap((draw) => (draw.status === "rejected" ? [draw.reason] : []));
  expect(refused.every((error) => error.code === "rate.exceeded" && error.retryAfterSeconds > 86_000)).toBe(
    true,
  );
});

describe("the headers", () => {
  const itemsOf = (response: Response, name: string) =>
    parseList(response.headers.get(name) ?? "").map(([item, parameters]) => [
      item,
      Object.fromEntries(parameters),
    ]);

  it("are structured fields on every answer: success, refusal, unknown address, unknown method, unknown key", async () => {
    const { key } = await createCaller(bench.runtime, "client", ["read"]);
    const answers = [
      await reading.GET(asked("/confidential/reads", key), route),
      await reading.PUT(asked("/confidential/reads", key, "PUT"), route),
      await reading.OPTIONS(asked("/confidential/reads", key, "OPTIONS"), route),
      await nowhere.GET(asked("/confidential/nowhere", key), route),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 405, 204, 404]);
    for (const [index, answer] of answers.entries()) {
      expect(itemsOf(answer, "ratelimit-policy")).toEqual([["reads", { q: 1200, w: 60 }]]);
      expect(itemsOf(answer, "ratelimit")).toEqual([["reads", { r: 1199 - index, t: expect.any(Number) }]]);
    }
    const stranger = await reading.GET(asked("/confidential/reads", "wrong"), route);
    expect(stranger.status).toBe(401);
    expect(itemsOf(stranger, "ratelimit-policy")).toEqual([["anonymous", { q: 600, w: 60 }]]);
    expect(itemsOf(stranger, "ratelimit")).toEqual([["anonymous", { r: 599, t: expect.any(Number) }]]);
  });
});

describe("with a Redis", () => {
  it("reads continue while it is down, openings do not, and no key names the caller", async () => {
    const server = await startRedis();
    const shared = openRedisCounters({ url: server.url });
    const insured: string[] = [];
    const secret = new Uint8Array(32).fill(9);
    const { runtime } = bench;
    const stores = {
      pool: runtime.db.pool,
      secret,
      shared,
      onInsurance: (name: string) => insured.push(name),
    };
    useRuntime({ ...runtime, limits: openLimits(stores, { reads: 3, open: 2 }) });
    try {
      const { key, userId } = await createCaller(runtime, "client", ["read"]);
      const opened = () => GET(asked("/confidential/things", key), route);
      const was = () => reading.GET(asked("/confidential/reads", key), route);
      const first = [];
      // Windows end with the minute, so a run may see two of them.
      while (first.at(-1) !== 429 && first.length < 6) first.push((await opened()).status);
      expect(first.at(-1)).toBe(429);
      expect(first.length).toBeGreaterThan(2);
      expect((await was()).status).toBe(200);
      const keys = await server.client.keys("*");
      expect(keys.map((name) => name.split(":").slice(0, 3).join(":")).sort()).toEqual([
        "sealport:limit:open",
        "sealport:limit:reads",
        "sealport:limit:tenant_open",
        "sealport:limit:tenant_reads",
      ]);
      for (const secretWord of [userId, key, key.slice(0, 12)]) expect(keys.join()).not.toContain(secretWord);
      await server.kill();
      const closed = await opened();
      expect([closed.status, (await closed.json()).code]).toEqual([503, "service.limiter-unavailable"]);
      expect(closed.headers.get("retry-after")).toBe("2");
      expect(closed.headers.get("ratelimit-policy")).toBe('"open";q=2;w=60');
      const statuses = [];
      for (let call = 0; call < 4; call += 1) statuses.push((await was()).status);
      expect(statuses).toEqual([200, 200, 200, 429]);
      expect(new Set(insured)).toEqual(new Set(["reads", "tenant_reads"]));
      await server.start();
      await expect.poll(() => shared.isUp(), { timeout: 150_000, interval: 20 }).toBe(true);
      // A Redis without persistence has lost its counts.
      expect((await opened()).status).toBe(200);
    } finally {
      useRuntime(runtime);
      shared.close();
      await server.close();
    }
  });
});
