import { createServer, type ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SharedCounters } from "@/lib/rate-limit/shared-counters";
import { openUpstashCounters } from "@/lib/rate-limit/upstash-counters";
import { type RedisServer, startRedis } from "@/lib/testing/servers/redis-server";
import { startUpstash, type UpstashServer } from "@/lib/testing/servers/upstash-server";

/** A window that does not end during a test. */
const budget = { limit: 50, windowSeconds: 400 * 86_400, fails: "closed" } as const;

let redis: RedisServer;
let server: UpstashServer;
let counters: SharedCounters;
/** For tests that need exact counts on a busy machine. */
let patient: SharedCounters;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
beforeEach(async () => {
  await redis.client.flushall();
  await redis.client.script("FLUSH");
  server = await startUpstash(redis.client);
  counters = openUpstashCounters(server);
  patient = openUpstashCounters({ ...server, drawMs: 120_000 });
  return () => server.close();
});

const json = (status: number, body: string) => (response: ServerResponse) =>
  void response.writeHead(status, { "content-type": "application/json" }).end(body);

describe("the REST protocol", () => {
  const call = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const authorization = `Bearer ${server.token}`;
    const reply = await fetch(`${server.url}${path}`, {
      method: "POST",
      headers: { authorization, ...headers },
      body: JSON.stringify(body),
    });
    return { status: reply.status, body: await reply.json() };
  };

  it("is what the test's server speaks, as Upstash documents it", async () => {
    expect(await call("/", ["SET", "foo", "bar", "EX", 100])).toEqual({
      status: 200,
      body: { result: "OK" },
    });
    expect(await call("/", ["GET", "foo"], { "upstash-encoding": "base64" })).toEqual({
      status: 200,
      body: { result: "YmFy" },
    });
    expect(
      await call("/pipeline", [
        ["INCR", "n"],
        ["INCR", "foo"],
        ["GET", "none"],
      ]),
    ).toEqual({
      status: 200,
      body: [{ result: 1 }, { error: "ERR value is not an integer or out of range" }, { result: null }],
    });
    expect(
      await call("/multi-exec", [
        ["INCR", "n"],
        ["INCR", "n"],
      ]),
    ).toEqual({
      status: 200,
      body: [{ result: 2 }, { result: 3 }],
    });
    expect(await call("/", ["GET"])).toMatchObject({ status: 400, body: { error: expect.any(String) } });
    expect(await call("/", ["PING"], { authorization: "Bearer wrong" })).toMatchObject({ status: 401 });
    expect((await fetch(server.url, { headers: { authorization: `Bearer ${server.token}` } })).status).toBe(
      405,
    );
  });
});

it("lets exactly 50 of 200 parallel calls pass", async () => {
  const limiter = patient.ratelimit("open", budget);
  const draws = await Promise.all(Array.from({ length: 200 }, () => limiter.limit("actor-1")));
  expect(draws.filter(({ success }) => success)).toHaveLength(50);
  await expect.poll(() => counters.isUp(), { timeout: 150_000, interval: 20 }).toBe(true);
});

it("sends a failed draw once and not again, so that no call is counted twice", async () => {
  server.answerWith((response) => response.destroy());
  const before = server.requests();
  await expect(counters.ratelimit("open", budget).limit("actor-1")).rejects.toThrow();
  expect(server.requests() - before).toBe(1);
});

it.each([
  ["a hung server", () => undefined],
  ["a revoked token", json(401, '{"error":"WRONGPASS invalid password"}')],
  ["an error", json(400, '{"error":"ERR max daily request limit exceeded"}')],
  ["a page of a proxy", json(200, "<html>welcome</html>")],
  ["no count", json(200, '{"result":null}')],
  ["a text", json(200, '{"result":"T0s="}')],
  ["two nulls", json(200, '{"result":[null,null]}')],
  ["counts as texts", json(200, '{"result":["MQ==","NTA="]}')],
  ["one count", json(200, '{"result":[1]}')],
  ["nothing", json(204, "")],
])("takes no draw from %s", async (_, answer) => {
  server.answerWith(answer);
  await expect(counters.ratelimit("open", budget).limit("actor-1")).rejects.toThrow();
  expect(await counters.isUp()).toBe(false);
  server.answerWith(undefined);
  expect((await patient.ratelimit("open", budget).limit("actor-1")).success).toBe(true);
});

it("sends Upstash no details of the library, the platform or the runtime", async () => {
  const seen: string[] = [];
  const listener = createServer((request, response) => {
    seen.push(...Object.keys(request.headers));
    response.end("{}");
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const other = openUpstashCounters({ url: `http://127.0.0.1:${port}`, token: "t" });
  await other
    .ratelimit("open", budget)
    .limit("actor-1")
    .catch(() => undefined);
  listener.closeAllConnections();
  listener.close();
  expect(seen.filter((name) => name.startsWith("upstash-"))).toEqual(["upstash-encoding"]);
});
