import { parseList } from "structured-headers";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as health from "@/app/healthz/route";
import * as document from "@/app/openapi.json/route";
import { openLimits } from "@/lib/rate-limit/limits";
import { useRuntime } from "@/lib/runtime/slot";
import { createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";

// The addresses without authentication: the document is fetched once and asked after then; probes have no budget.

let bench: PortalBench;
beforeAll(async () => {
  bench = await createPortalBench({});
  useRuntime(bench.runtime);
});
afterAll(() => bench?.close());

const ask = (headers: Record<string, string> = {}, method: "GET" | "HEAD" = "GET") =>
  (method === "GET" ? document.GET : document.HEAD)(
    new Request("http://portal.test/openapi.json", { method, headers }),
  );

const tagOf = async (headers: Record<string, string> = {}) => (await ask(headers)).headers.get("etag") ?? "";

it("the OpenAPI document has a strong tag, and a weak tag for clients that take it in another coding", async () => {
  const answer = await ask();
  const etag = answer.headers.get("etag");
  expect(etag).toMatch(/^"[\w-]{43}"$/);
  expect(answer.headers.get("vary")?.toLowerCase()).toContain("accept-encoding");
  expect(answer.headers.get("cache-control")).toBe("public, no-cache");
  expect((await answer.json()).openapi).toBe("3.1.0");
  for (const encoding of ["", "identity", " Identity "])
    expect(await tagOf({ "accept-encoding": encoding }), encoding).toBe(etag);
  for (const encoding of ["gzip", "br, gzip;q=0.8", "identity, deflate", "*"])
    expect(await tagOf({ "accept-encoding": encoding }), encoding).toBe(`W/${etag}`);
});

it("a client with the current document gets 304, and a client with an older one gets the document", async () => {
  const etag = await tagOf();
  const has = (tag: string, method: "GET" | "HEAD" = "GET") => ask({ "if-none-match": tag }, method);
  for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, `"a,b",W/${etag} , "c"`, "*"]) {
    const answer = await has(tag);
    expect([answer.status, await answer.text()], tag).toEqual([304, ""]);
    expect(answer.headers.get("etag")).toBe(etag);
    expect(answer.headers.get("cache-control")).toBe("public, no-cache");
    expect(answer.headers.get("ratelimit")).toMatch(/^"anonymous";r=\d+;t=\d+$/);
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  }
  expect((await has(etag, "HEAD")).status).toBe(304);
  for (const tag of ['"other"', etag.slice(1, -1), '"*"', "", "x".repeat(5_000)])
    expect((await has(tag)).status, tag).toBe(200);
  const head = await ask({}, "HEAD");
  expect([head.status, head.headers.get("etag"), await head.text()]).toEqual([200, etag, ""]);
});

it("a spent budget is reported in the draft's headers and in Retry-After, and a 304 draws on it as well", async () => {
  const { runtime } = bench;
  const stores = { pool: runtime.db.pool, secret: new Uint8Array(32).fill(7) };
  // A budget without a name in RATE_BUDGETS: the class's own 600, of which all but two are drawn.
  const limits = openLimits(stores, {});
  const etag = await tagOf();
  useRuntime({ ...runtime, limits: { ...limits, take: (name, actor) => limits.take(name, actor, 300) } });
  try {
    const answers = [];
    for (let call = 0; call < 3; call += 1) answers.push(await ask({ "if-none-match": etag }));
    expect(answers.map(({ status }) => status)).toEqual([304, 304, 429]);
    const [{ headers }] = answers.slice(-1) as [Response];
    const [[name, seen] = []] = parseList(headers.get("ratelimit") ?? "");
    expect([name, seen?.get("r")]).toEqual(["anonymous", 0]);
    expect(headers.get("retry-after")).toBe(String(seen?.get("t")));
    expect(headers.get("ratelimit-policy")).toBe('"anonymous";q=600;w=60');
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("etag")).toBe(null);
  } finally {
    useRuntime(runtime);
  }
});

it("a probe has no budget, is not cached, and is answered more often than other callers", async () => {
  // The budget of an address is 600 a minute.
  for (let call = 0; call < 650; call += 1) {
    const answer = await health.GET(new Request("http://portal.test/healthz"));
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect([answer.headers.get("ratelimit"), answer.headers.get("ratelimit-policy")]).toEqual([null, null]);
  }
});
