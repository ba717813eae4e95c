import { afterAll, beforeAll, expect, it } from "vitest";
import * as unknown from "@/app/confidential/[[...rest]]/route";
import * as requests from "@/app/confidential/access/requests/[id]/route";
import * as one from "@/app/confidential/transactions/[id]/route";
import * as transactions from "@/app/confidential/transactions/route";
import { SAMPLE_ID } from "@/lib/api-client/openapi/sample";
import { useRuntime } from "@/lib/runtime/slot";
import { createCaller, createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";

// api.md: every answer has X-Request-Id, RateLimit-Policy, RateLimit and Cache-Control: no-store. Refusals have them
// too, whichever step refuses.

type Caller = Awaited<ReturnType<typeof createCaller>>;
type Method = keyof typeof transactions;

let bench: PortalBench;
let client: Caller;
let auditor: Caller;
beforeAll(async () => {
  bench = await createPortalBench({});
  useRuntime(bench.runtime);
  client = await createCaller(bench.runtime, "client", ["submit"]);
  auditor = await createCaller(bench.runtime, "auditor", ["read", "submit"]);
});
afterAll(() => bench?.close());

interface Given {
  readonly key?: string;
  readonly type?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function answer(
  module: typeof transactions,
  method: Method,
  { key, type, body, headers = {} }: Given = {},
) {
  const request = new Request("http://portal/confidential/x", {
    method,
    headers: {
      ...(key === undefined ? {} : { "x-api-key": key }),
      ...(type === undefined ? {} : { "content-type": type }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  return module[method](request, { params: Promise.resolve({ id: SAMPLE_ID }) });
}

it("every answer names its call and its budget and is not cached, whichever step refuses", async () => {
  const json = "application/json";
  const mine = { key: client.key, type: json };
  const cases: readonly (readonly [number, Promise<Response>])[] = [
    [401, answer(transactions, "GET")],
    [401, answer(transactions, "POST", { key: "sp_unknown", type: json, body: "{}" })],
    [
      401,
      answer(transactions, "POST", { headers: { "signature-input": "sig=()", signature: "sig=:AA==:" } }),
    ],
    [401, answer(unknown, "GET")],
    [404, answer(unknown, "GET", { key: client.key })],
    [403, answer(transactions, "GET", { key: client.key })],
    [403, answer(transactions, "POST", { key: auditor.key, type: json, body: "{}" })],
    [404, answer(one, "GET", { key: auditor.key })],
    [404, answer(one, "HEAD", { key: auditor.key })],
    [403, answer(requests, "PATCH", { ...mine, body: "{}" })],
    [405, answer(transactions, "DELETE", { key: client.key })],
    [204, answer(transactions, "OPTIONS", { key: client.key })],
    [400, answer(transactions, "POST", { ...mine, body: "{" })],
    [413, answer(transactions, "POST", { ...mine, body: " ".repeat(1_048_577) })],
    [415, answer(transactions, "POST", { key: client.key, type: "text/plain", body: "{}" })],
    [422, answer(transactions, "POST", { ...mine, body: "{}" })],
    [422, answer(transactions, "POST", { ...mine, body: "{}", headers: { "idempotency-key": " " } })],
  ];
  for (const [status, coming] of cases) {
    const response = await coming;
    const name = `${status} ${response.status}`;
    expect(response.status, name).toBe(status);
    expect(response.headers.get("x-request-id"), name).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.get("ratelimit-policy"), name).toMatch(/^"[a-z_-]+";q=\d+;w=\d+$/);
    expect(response.headers.get("ratelimit"), name).toMatch(/^"[a-z_-]+";r=\d+;t=\d+$/);
    expect(response.headers.get("cache-control"), name).toBe("no-store");
    if (status !== 204) expect(response.headers.get("content-type"), name).toBe("application/problem+json");
    if (status === 401) expect(response.headers.get("www-authenticate"), name).toContain("Bearer");
    if (status === 405) expect(response.headers.get("allow")).toBe("POST, GET, HEAD, OPTIONS");
  }
});
