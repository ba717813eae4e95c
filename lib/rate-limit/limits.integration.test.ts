import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { useRuntime } from "@/lib/runtime";
import { createCaller, createPortalBench, type PortalBench } from "@/lib/testing/portal";

const CALLS = 60;

let bench: PortalBench;
beforeAll(async () => {
  bench = await createPortalBench({ open: 1_000 });
  useRuntime(bench.runtime);
});
afterAll(() => bench.close());

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

const { GET } = serve("/confidential/things", [
  bind(open, async (cx) => {
    await cx.db.pool.query("SELECT pg_sleep(0.1)");
    return { ok: true };
  }),
]);

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

  it("refuse none of 60 parallel calls for want of a connection", async () => {
    const { key } = await createCaller(bench.runtime, "client", ["read"]);
    const call = () =>
      GET(new Request("http://portal.test/confidential/things", { headers: { "x-api-key": key } }), {
        params: Promise.resolve({}),
      });
    const replies = await Promise.all(Array.from({ length: CALLS }, call));
    expect(replies.map((reply) => reply.status)).toEqual(Array(CALLS).fill(200));
  });
});
