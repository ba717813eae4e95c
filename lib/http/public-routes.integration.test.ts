import { gunzipSync } from "node:zlib";
import { parseList } from "structured-headers";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as health from "@/app/healthz/route";
import * as document from "@/app/openapi.json/route";
import { openLimits } from "@/lib/rate-limit/limits";
import { useRuntime } from "@/lib/runtime";
import { createPortalBench, type PortalBench } from "@/lib/testing/portal";

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

/** The document's answer for this Accept-Encoding: its tag, its coding, and what was sent. */
async function fetched(encoding?: string) {
  const answer = await ask(encoding === undefined ? {} : { "accept-encoding": encoding });
  expect(answer.status).toBe(200);
  const etag = answer.headers.get("etag") ?? "";
  expect(etag).toMatch(/^"[\w-]{22,}"$/);
  expect(answer.headers.get("vary")?.toLowerCase()).toContain("accept-encoding");
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { etag, coding: answer.headers.get("content-encoding"), bytes };
}

it("the OpenAPI document has a strong tag for each coding, and is compressed for who takes that", async () => {
  const plain = await fetched();
  expect(plain.coding).toBe(null);
  expect(JSON.parse(plain.bytes.toString("utf8")).openapi).toBe("3.1.0");
  for (const encoding of ["gzip", "br, gzip;q=0.8", "GZIP ; q=1"]) {
    const packed = await fetched(encoding);
    expect(packed.coding, encoding).toBe("gzip");
    expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true);
    expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 5);
    expect(packed.etag).not.toBe(plain.etag);
    expect((await fetched(encoding)).etag).toBe(packed.etag);
  }
  for (const encoding of ["", "br", "gzip;q=0", "gzip;q=0.000, br", "gzipped"])
    expect((await fetched(encoding)).etag, encoding).toBe(plain.etag);
});

it("whoever has the document is answered 304 without it, and whoever has another is sent it", async () => {
  const { etag } = await fetched("gzip");
  const has = (tag: string, method: "GET" | "HEAD" = "GET") =>
    ask({ "accept-encoding": "gzip", "if-none-match": tag }, method);
  for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, `"a,b",W/${etag} , "c"`, "*"]) {
    const answer = await has(tag);
    expect([answer.status, await answer.text()], tag).toEqual([304, ""]);
    expect(answer.headers.get("etag")).toBe(etag);
    expect(answer.headers.get("cache-control")).toBe("public, no-cache, no-transform");
    expect(answer.headers.get("ratelimit")).toMatch(/^"anonymous";r=\d+;t=\d+$/);
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  }
  expect((await has(etag, "HEAD")).status).toBe(304);
  const plain = await fetched();
  for (const tag of ['"other"', etag.slice(1, -1), plain.etag, '"*"', "", "x".repeat(5_000)])
    expect((await has(tag)).status, tag).toBe(200);
  const head = await ask({}, "HEAD");
  expect([head.status, head.headers.get("etag"), await head.text()]).toEqual([200, plain.etag, ""]);
});

it("a spent budget is told in the draft's headers and in Retry-After, and a 304 draws on it as well", async () => {
  const { runtime } = bench;
  const stores = { pool: runtime.db.pool, secret: new Uint8Array(32).fill(7) };
  // A budget without a name in RATE_BUDGETS: the class's own 600, of which all but two are drawn.
  const limits = openLimits(stores, {});
  const { etag } = await fetched();
  useRuntime({ ...runtime, limits: { ...limits, take: (name, actor) => limits.take(name, actor, 300) } });
  try {
    const answers = [];
    for (let call = 0; call < 3; call += 1) answers.push(await ask({ "if-none-match": etag }));
    expect(answers.map(({ status }) => status)).toEqual([304, 304, 429]);
    const [{ headers }] = answers.slice(-1) as [Response];
    const [[name, told] = []] = parseList(headers.get("ratelimit") ?? "");
    expect([name, told?.get("r")]).toEqual(["anonymous", 0]);
    expect(headers.get("retry-after")).toBe(String(told?.get("t")));
    expect(headers.get("ratelimit-policy")).toBe('"anonymous";q=600;w=60');
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("etag")).toBe(null);
  } finally {
    useRuntime(runtime);
  }
});

it("a probe has no budget: it is told of none, kept by nobody, and answered more often than anybody else", async () => {
  // The budget of an address is 600 a minute.
  for (let call = 0; call < 650; call += 1) {
    const answer = await health.GET(new Request("http://portal.test/healthz"));
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect([answer.headers.get("ratelimit"), answer.headers.get("ratelimit-policy")]).toEqual([null, null]);
  }
});
