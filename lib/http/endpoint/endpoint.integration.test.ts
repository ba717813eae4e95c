import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { endpoint as requests } from "@/app/confidential/access/requests/[id]/endpoint";
import { endpoint as oneTransaction } from "@/app/confidential/transactions/[id]/endpoint";
import { endpoint as transactions } from "@/app/confidential/transactions/endpoint";
import { SAMPLE_ID } from "@/lib/api-client/openapi/sample";
import { operation } from "@/lib/api-client/operation";
import { openParts } from "@/lib/audit/reading/open-parts";
import { readParts } from "@/lib/audit/reading/parts-store";
import { recordEvent } from "@/lib/audit/record/record-event";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openDatabase } from "@/lib/db/client";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { versionOf } from "@/lib/etag";
import { bind, type Endpoint, endpointAt } from "@/lib/http/endpoint/bind";
import { openLimits } from "@/lib/rate-limit/limits";
import { type Runtime, useRuntime } from "@/lib/runtime/slot";
import { createCaller, createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { answerRequest, serve } from "@/lib/testing/routes/route-files";

let bench: PortalBench;
beforeAll(async () => {
  bench = await createPortalBench({ open: 30 });
});
afterAll(() => bench.close());

let runtime: Runtime;
let apiKey: string;
let restrictedKey: string;
let auditorKey: string;
let runs = 0;
/** What the call named "slow" waits for. */
let held: Promise<void> = Promise.resolve();

const FAILED = { class: "disclosure", outcome: "failed", subjects: [] } as const;

const create = operation({
  id: "createThing",
  method: "POST",
  path: "/confidential/things",
  summary: "test",
  scopes: ["submit"],
  roles: ["client"],
  body: z.strictObject({ name: z.string() }),
  response: {
    status: 201,
    schema: z.object({ id: z.string(), name: z.string() }),
    location: "/confidential/things/{id}",
  },
  rate: "writes",
  action: "transaction.create",
  idempotent: { keep: ["id"] },
});
const list = operation({
  id: "listThings",
  method: "GET",
  path: "/confidential/things",
  summary: "test",
  scopes: ["read"],
  roles: "any",
  query: z.strictObject({ mode: z.string().optional() }),
  response: { status: 200, schema: z.object({ ok: z.boolean() }) },
  rate: "open",
  action: "transaction.read",
});

const handlers = serve("/confidential/things", [
  bind(create, async (_cx, { body }) => {
    runs += 1;
    if (body.name === "slow") await held;
    if (body.name === "refused") throw new DomainError("access.forbidden");
    return { id: uuidv7(Date.now()), name: body.name };
  }),
  bind(list, async (_cx, { query }) => {
    if (query.mode === "broken") throw new TypeError("CANARY-internal");
    if (query.mode === "hidden") throw new DomainError("transaction.not-found");
    return { ok: true };
  }),
]);
const grantRead = operation({
  id: "getOneThing",
  method: "GET",
  path: "/confidential/things/{id}",
  summary: "test",
  scopes: ["read"],
  roles: "any",
  params: z.strictObject({ id: z.string() }),
  response: { status: 200, schema: z.object({ ok: z.boolean() }) },
  rate: "open",
  action: "grant.read",
});
const one = serve("/confidential/things/{id}", [
  bind(grantRead, async (cx, { params }) => {
    const error = new DomainError("grant.not-found");
    if (params.id === "failing") {
      await recordEvent(cx, { ...FAILED, action: grantRead.action });
      error.isRecorded = true;
    }
    throw error;
  }),
]);
const keptRead = operation({
  ...grantRead,
  id: "getKept",
  path: "/confidential/kept/{id}",
  rate: "reads",
  immutable: true,
});
const kept = serve("/confidential/kept/{id}", [
  bind(keptRead, async (_cx, { params }) => {
    if (params.id === "missing") throw new DomainError("grant.not-found");
    return { ok: true };
  }),
]);
/** A thing that two people change; what a reader sees of it also depends on the time. */
const versioned = { version: 3, minute: 1 };
const Versioned = z.object({ version: z.int(), minute: z.int() });
const versionedRead = operation({
  ...grantRead,
  id: "getVersioned",
  path: "/confidential/versioned/{id}",
  response: { status: 200, schema: Versioned },
  rate: "reads",
  etag: "version",
});
const versionedSave = operation({
  ...create,
  id: "saveVersioned",
  path: "/confidential/versioned/{id}",
  params: grantRead.params,
  response: { status: 201, schema: Versioned },
  etag: "version",
  idempotent: { allBut: ["minute"] },
});
const versions = serve("/confidential/versioned/{id}", [
  bind(versionedRead, async () => ({ ...versioned })),
  bind(versionedSave, async () => {
    versioned.version += 1;
    return { ...versioned };
  }),
]);
const upload = operation({
  ...create,
  id: "uploadThing",
  path: "/confidential/uploads",
  upload: { json: "facts", files: ["document"] },
});
const uploads = serve("/confidential/uploads", [bind(upload, async () => ({ id: uuidv7(1), name: "a" }))]);
const nowhere = serve("/confidential/{rest}", []);
const route = { params: Promise.resolve({}) };

beforeAll(async () => {
  runtime = bench.runtime;
  useRuntime(runtime);
  apiKey = (await createCaller(runtime, "client", ["submit", "read"])).key;
  restrictedKey = (await createCaller(runtime, "client", ["submit", "read"], ["192.0.2.1"])).key;
  auditorKey = (await createCaller(runtime, "auditor", ["submit"])).key;
});

function request(
  method: string,
  options: { key?: string; body?: unknown; headers?: Record<string, string>; path?: string } = {},
) {
  return new Request(`http://portal/confidential/${options.path ?? "things"}`, {
    method,
    headers: {
      ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      "x-forwarded-for": "198.51.100.7",
      ...options.headers,
    },
    ...(options.body === undefined
      ? {}
      : { body: typeof options.body === "string" ? options.body : JSON.stringify(options.body) }),
  });
}

async function deniedEntries(): Promise<number> {
  const result = await bench.audit.appPool.query(
    "SELECT count(*)::int AS n FROM audit_entry WHERE outcome = 'denied'",
  );
  return result.rows[0].n;
}

describe("the endpoint", () => {
  it("writes down the pattern of a refused address, not the ids in it, and no failure twice", async () => {
    const get = (id: string) =>
      one.GET(request("GET", { key: apiKey, path: `things/${id}` }), { params: Promise.resolve({ id }) });
    const id = uuidv7(1);
    expect((await get(id)).status).toBe(404);
    const { rows } = await bench.audit.appPool.query(
      "SELECT entry_id FROM audit_index WHERE action = 'grant.read' AND outcome = 'denied'",
    );
    expect(rows).toHaveLength(1);
    const parts = await inSnapshot(runtime, (tx) => readParts(tx, [rows[0].entry_id], ["org"]));
    const [org] = await openParts(runtime, parts);
    expect(org?.plaintext.details).toMatchObject({ path: "/confidential/things/{id}" });
    expect(JSON.stringify(org?.plaintext)).not.toContain(id);
    const before = await deniedEntries();
    expect((await get("failing")).status).toBe(404);
    expect(await deniedEntries()).toBe(before);
  });

  it("answers what the use case returns, with the headers every answer carries", async () => {
    const response = await handlers.POST(request("POST", { key: apiKey, body: { name: "a" } }), route);
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ name: "a" });
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.get("ratelimit-policy")).toBe('"writes";q=600;w=60');
    expect(response.headers.get("ratelimit")).toMatch(/^"writes";r=\d+;t=\d+$/);
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  it("takes no request id from a caller, whatever the method", async () => {
    const mine = uuidv7(1);
    const given = { headers: { "x-request-id": mine }, path: "uploads" };
    const idOf = async (response: Promise<Response>) => (await response).headers.get("x-request-id");
    for (const method of ["POST", "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"] as const) {
      const id = await idOf(uploads[method](request(method, { key: apiKey, ...given }), route));
      expect([method, id]).toEqual([method, expect.not.stringContaining(mine)]);
    }
    const other = handlers.GET(request("GET", { key: apiKey, headers: given.headers }), route);
    expect(await idOf(other)).not.toBe(mine);
  });

  it("takes two uploads of one person at once, answers 429 to a third before it reads it, and lets it come back", async () => {
    const whole = '--b\r\nContent-Disposition: form-data; name="facts"\r\n\r\n{"name":"a"}\r\n--b--\r\n';
    const senders: ReadableStreamDefaultController<Uint8Array>[] = [];
    const slow = () => {
      const body = new ReadableStream<Uint8Array>({ start: (sender) => void senders.push(sender) });
      const headers = {
        authorization: `Bearer ${apiKey}`,
        "content-type": "multipart/form-data; boundary=b",
        "x-forwarded-for": "198.51.100.7",
      };
      const init = { method: "POST", headers, body, duplex: "half" };
      return uploads.POST(new Request("http://portal/confidential/uploads", init), route);
    };
    const before = await deniedEntries();
    const running = [slow(), slow()];
    while (runtime.uploads.taken < 2) await new Promise((resolve) => setImmediate(resolve));
    const third = await slow();
    expect(third.status).toBe(429);
    expect(third.headers.get("retry-after")).toBe("5");
    expect(await third.json()).toMatchObject({ code: "upload.too-many", status: 429 });
    for (const sender of senders.slice(0, 2)) {
      for (const byte of Buffer.from(whole)) sender.enqueue(Uint8Array.of(byte));
      sender.close();
    }
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([201, 201]);
    expect(runtime.uploads.taken).toBe(0);
    expect(await deniedEntries()).toBe(before);
  });

  it("lets the caller's own cache keep what is declared never to change, but no refusal of it", async () => {
    const get = (id: string, key?: string) =>
      kept.GET(request("GET", { ...(key ? { key } : {}), path: `kept/${id}` }), {
        params: Promise.resolve({ id }),
      });
    const cachingOf = async (response: Promise<Response>) => (await response).headers.get("cache-control");
    expect(await cachingOf(get("a", apiKey))).toBe("private, max-age=31536000, immutable");
    expect(await cachingOf(get("missing", apiKey))).toBe("no-store");
    expect(await cachingOf(get("a"))).toBe("no-store");
  });

  it("answers 304 to the tag of the same answer, and a tag of its version to a change, also in a replay", async () => {
    const at = { params: Promise.resolve({ id: "a" }) };
    const read = (tag?: string, method: "GET" | "HEAD" = "GET") => {
      const headers: Record<string, string> = tag === undefined ? {} : { "if-none-match": tag };
      return versions[method](request(method, { key: apiKey, path: "versioned/a", headers }), at);
    };
    const tag = (await read()).headers.get("etag") ?? "";
    expect(tag).toMatch(/^"3\.[\w-]{22}"$/);
    expect(versionOf(tag)).toBe(3);
    for (const named of [tag, `W/${tag}`, `"x", ${tag}`, "*"]) {
      const answer = await read(named);
      expect([named, answer.status, await answer.text()]).toEqual([named, 304, ""]);
      expect(answer.headers.get("etag")).toBe(tag);
    }
    expect((await read(tag, "HEAD")).status).toBe(304);
    // A tag confirms nothing to a caller who may not read.
    const stranger = request("GET", { path: "versioned/a", headers: { "if-none-match": tag } });
    expect((await versions.GET(stranger, at)).status).toBe(401);
    for (const named of ['"3"', '"x"', "nonsense"]) expect((await read(named)).status, named).toBe(200);
    versioned.minute += 1;
    expect((await read(tag)).status).toBe(200);
    const save = () => {
      const headers = { "idempotency-key": "versioned-1" };
      return versions.POST(
        request("POST", { key: apiKey, path: "versioned/a", body: { name: "a" }, headers }),
        at,
      );
    };
    const [first, again] = [await save(), await save()];
    expect([first.headers.get("etag"), again.headers.get("etag")]).toEqual(['"4"', '"4"']);
    expect([await first.json(), await again.json()]).toEqual([{ version: 4, minute: 2 }, { version: 4 }]);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect((await read(tag)).status).toBe(200);
  });

  it("asks who is calling before it parses and before it says that there is nothing", async () => {
    const unknown = [
      await handlers.POST(request("POST", { body: "{" }), route),
      await nowhere.GET(request("GET", { path: "nothing" }), route),
      await handlers.DELETE(request("DELETE"), route),
      await nowhere.GET(request("GET", { key: "sp_bad", path: "nothing" }), route),
    ];
    for (const response of unknown) {
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toContain("Bearer");
      expect(response.headers.get("content-type")).toBe("application/problem+json");
    }
    expect((await nowhere.GET(request("GET", { key: apiKey, path: "nothing" }), route)).status).toBe(404);
  });

  it("answers other methods 405 with Allow, OPTIONS 204 and HEAD without a body", async () => {
    const wrong = await handlers.DELETE(request("DELETE", { key: apiKey }), route);
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST, GET, HEAD, OPTIONS"]);
    expect(await wrong.json()).toMatchObject({ code: "request.method-not-allowed", status: 405 });
    expect((await handlers.OPTIONS(request("OPTIONS", { key: apiKey }), route)).status).toBe(204);
    const head = await handlers.HEAD(request("HEAD", { key: apiKey }), route);
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  it("refuses by scope, role and address, and has written each refusal down before it answers", async () => {
    const before = await deniedEntries();
    const scope = await handlers.GET(request("GET", { key: auditorKey }), route);
    const role = await handlers.POST(request("POST", { key: auditorKey, body: { name: "a" } }), route);
    const address = await handlers.GET(request("GET", { key: restrictedKey }), route);
    expect((await scope.json()).code).toBe("auth.scope");
    expect((await role.json()).code).toBe("auth.role");
    expect((await address.json()).code).toBe("auth.address");
    expect(await deniedEntries()).toBe(before + 3);
    const use = await handlers.POST(request("POST", { key: apiKey, body: { name: "refused" } }), route);
    const hidden = await handlers.GET(request("GET", { key: apiKey, path: "things?mode=hidden" }), route);
    expect([use.status, hidden.status]).toEqual([403, 404]);
    expect(await deniedEntries()).toBe(before + 5);
  });

  it("writes failures of the same stranger down once a minute", async () => {
    const stranger = { headers: { "x-forwarded-for": "203.0.113.5" } };
    const before = await deniedEntries();
    for (let count = 0; count < 5; count++) await handlers.GET(request("GET", stranger), route);
    expect(await deniedEntries()).toBe(before + 1);
  });

  it("answers an unexpected failure with only a request id, and logs no message", async () => {
    const response = await handlers.GET(request("GET", { key: apiKey, path: "things?mode=broken" }), route);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("CANARY");
    expect(bench.lines.join("")).toContain("request failed unexpectedly");
    expect(bench.lines.join("")).not.toContain("CANARY");
  });

  it("runs a creating call once per Idempotency-Key and refuses another body", async () => {
    const headers = { "idempotency-key": "k-1" };
    const before = runs;
    const first = await handlers.POST(
      request("POST", { key: apiKey, body: { name: "once" }, headers }),
      route,
    );
    const again = await handlers.POST(
      request("POST", { key: apiKey, body: { name: "once" }, headers }),
      route,
    );
    const other = await handlers.POST(
      request("POST", { key: apiKey, body: { name: "twice" }, headers }),
      route,
    );
    expect([first.status, again.status, other.status]).toEqual([201, 201, 422]);
    const { id } = await first.json();
    expect(await again.json()).toEqual({ id });
    for (const { headers: sent } of [first, again])
      expect(sent.get("location")).toBe(`/confidential/things/${id}`);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect((await other.json()).code).toBe("idempotency.mismatch");
    expect(runs).toBe(before + 1);
  });

  it("answers 409 to a second call while the first runs, and frees the key after a refusal", async () => {
    const headers = { "idempotency-key": "k-2" };
    const call = (name: string) =>
      handlers.POST(request("POST", { key: apiKey, body: { name }, headers }), route);
    let release: () => void = () => undefined;
    held = new Promise((resolve) => {
      release = resolve;
    });
    const before = runs;
    const running = call("slow");
    await expect.poll(() => runs).toBe(before + 1);
    const early = await call("slow");
    release();
    expect([(await running).status, early.status]).toEqual([201, 409]);
    const retry = { "idempotency-key": "k-3" };
    const refused = await handlers.POST(
      request("POST", { key: apiKey, body: { name: "refused" }, headers: retry }),
      route,
    );
    const second = await handlers.POST(
      request("POST", { key: apiKey, body: { name: "fine" }, headers: retry }),
      route,
    );
    expect([refused.status, second.status]).toEqual([403, 201]);
  });

  it("stops exactly at the budget under parallel calls and says when to come back", async () => {
    const { key } = await createCaller(runtime, "client", ["read"]);
    const calls = Array.from({ length: 60 }, () => handlers.GET(request("GET", { key }), route));
    const statuses = (await Promise.all(calls)).map((response) => response.status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(30);
    expect(statuses.filter((status) => status === 429)).toHaveLength(30);
    const late = await handlers.GET(request("GET", { key }), route);
    expect(Number(late.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("outside evaluation refuses an unsigned key that may disclose, export or decide", async () => {
    useRuntime({ ...runtime, instance: { ...runtime.instance, evaluation: false } });
    const { key } = await createCaller(runtime, "client", ["read", "disclose"]);
    const response = await handlers.GET(request("GET", { key }), route);
    useRuntime(runtime);
    expect([response.status, (await response.json()).code]).toEqual([403, "auth.signature-required"]);
  });

  it("answers 503 while the database is down", async () => {
    const gone = openDatabase({ url: "postgresql://unknown@127.0.0.1:1/none" });
    useRuntime({
      ...runtime,
      db: gone,
      limits: openLimits({ pool: gone.pool, secret: runtime.sessionSecret }, {}),
    });
    const response = await handlers.GET(request("GET", { key: apiKey }), route);
    useRuntime(runtime);
    await gone.close();
    expect([response.status, (await response.json()).code]).toEqual([503, "service.database-unavailable"]);
    expect(response.headers.get("retry-after")).not.toBeNull();
  });
});

describe("headers of an answer", () => {
  // api.md: every answer has X-Request-Id, RateLimit-Policy, RateLimit and Cache-Control: no-store. Refusals have them
  // too, whichever step refuses.

  type Caller = Awaited<ReturnType<typeof createCaller>>;
  /** As for every address that does not exist. */
  const unknown = endpointAt("/confidential/{rest}", []);

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

  async function answer(endpoint: Endpoint, method: string, { key, type, body, headers = {} }: Given = {}) {
    const request = new Request("http://portal/confidential/x", {
      method,
      headers: {
        ...(key === undefined ? {} : { "x-api-key": key }),
        ...(type === undefined ? {} : { "content-type": type }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    return answerRequest(endpoint, request, { id: SAMPLE_ID });
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
      [404, answer(oneTransaction, "GET", { key: auditor.key })],
      [404, answer(oneTransaction, "HEAD", { key: auditor.key })],
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
});
