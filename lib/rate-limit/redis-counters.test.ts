import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRedisCounters } from "@/lib/rate-limit/redis-counters";
import type { SharedCounters } from "@/lib/rate-limit/shared-counters";
import { hasServer, type RedisServer, startRedis } from "@/lib/testing/servers/redis-server";

/** A window that is longer than any test. */
const budget = { limit: 50, windowSeconds: 400 * 86_400, fails: "closed" } as const;

/** Redis is required. Valkey is tested if it is installed. */
const PROGRAMS = (["redis", "valkey"] as const).filter((name) => name === "redis" || hasServer(name));

describe.each(PROGRAMS)("%s", (program) => {
  let server: RedisServer;
  let counters: SharedCounters[];
  beforeAll(async () => {
    server = await startRedis({ program });
    counters = [
      openRedisCounters({ url: server.url, drawMs: 120_000 }),
      openRedisCounters({ url: server.url, drawMs: 120_000 }),
    ];
  });
  afterAll(async () => {
    for (const counter of counters) counter.close();
    await server.close();
  });

  it("lets exactly 50 of 200 parallel calls of two portals pass", async () => {
    const limiters = counters.map((counter) => counter.ratelimit("open", budget));
    const draws = await Promise.all(
      Array.from({ length: 200 }, (_, index) => limiters[index % 2]?.limit("actor-1")),
    );
    expect(draws.filter((draw) => draw?.success)).toHaveLength(50);
    expect(new Set(draws.flatMap((draw) => (draw?.success ? [draw.remaining] : []))).size).toBe(50);
  });
});
