import { describe, expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey } from "@/lib/crypto/primitives";
import { holdsFor, readSignedCall } from "@/lib/identity/signed-calls/read-signed-call";
import { operations } from "../registry";
import { ApiProblem } from "./client";
import type { Timing } from "./retry";
import { createSealportWith, isReplayed, type SealportOptions } from "./sealport";

const NOW = Date.parse("2026-11-27T12:00:00Z");
const ID = "01936f2a-7c1b-7def-8a10-000000000001";

/** One answer of the server, an error of the connection, or no answer until the caller gives up. */
type Turn = Response | Error | "hangs";

function never(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_, reject) => {
    const end = () => reject(signal?.reason);
    if (signal?.aborted) end();
    else signal?.addEventListener("abort", end, { once: true });
  });
}

/** A server that answers in turns and records its calls; waits are counted and take no time. */
function stage(turns: readonly Turn[], options: Partial<SealportOptions> = {}) {
  const calls: Request[] = [];
  const waits: number[] = [];
  const left = [...turns];
  const send: typeof fetch = async (target, init) => {
    const request = new Request(target, init);
    // As the network does: an aborted call fails before anything is sent.
    request.signal.throwIfAborted();
    calls.push(request);
    const turn = left.shift();
    if (turn === undefined) throw new Error("asked more often than expected");
    if (turn === "hangs") return never(init?.signal);
    if (turn instanceof Error) throw turn;
    return turn;
  };
  const timing: Timing = {
    now: () => NOW,
    random: () => 0,
    wait: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
    },
  };
  const client = createSealportWith(
    { baseUrl: "http://localhost:3000", apiKey: "sk_test", fetch: send, ...options },
    timing,
  );
  return { client, calls, waits };
}

function problem(status: number, code = "rate.exceeded", headers: Record<string, string> = {}): Response {
  return Response.json({ status, code }, { status, headers: { "x-request-id": "r-1", ...headers } });
}

const ok = (body: unknown = {}) => Response.json(body);
const lost = () => new TypeError("fetch failed");
const NEW = { body: { job_id: "j-1", participants: ["client-456"], amount: "1" } };
const open = { params: { id: ID }, body: { purpose: "settlement" as const } };
const get = { params: { id: ID } } as const;

describe("a call is tried again", () => {
  it.each([429, 502, 503, 504])(
    "after %i, with pauses that grow, three times and no more",
    async (status) => {
      const { client, calls, waits } = stage([1, 2, 3, 4].map(() => problem(status)));
      await expect(client.call(operations.getTransaction, get)).rejects.toMatchObject({
        name: "ApiProblem",
        status,
        code: "rate.exceeded",
        requestId: "r-1",
      });
      expect(calls).toHaveLength(4);
      expect(waits).toEqual([250, 500, 1000]);
    },
  );

  it("after a connection that failed", async () => {
    const { client, calls } = stage([lost(), ok({ transaction_id: ID })]);
    expect(await client.call(operations.getTransaction, get)).toEqual({ transaction_id: ID });
    expect(calls).toHaveLength(2);
  });

  it("after an attempt that took too long, each with its own limit", async () => {
    const { client, calls } = stage(["hangs", ok()], { timeoutMs: 1 });
    expect(await client.call(operations.getTransaction, get)).toEqual({});
    expect(calls).toHaveLength(2);
    const all = stage(["hangs"], { timeoutMs: 1, retries: 0 });
    await expect(all.client.call(operations.getTransaction, get)).rejects.toMatchObject({
      name: "TimeoutError",
    });
  });

  it("not before Retry-After, in seconds or as a date, against the server's own clock", async () => {
    const date = { "retry-after": "Fri, 27 Nov 2026 12:00:07 GMT" };
    const ahead = { ...date, date: "Fri, 27 Nov 2026 12:00:04 GMT" };
    const past = { "retry-after": "Fri, 27 Nov 2026 11:00:00 GMT" };
    const { client, waits } = stage(
      [{ "retry-after": "2" }, date, ahead, past, { "retry-after": "soon" }]
        .map((headers) => problem(429, "rate.exceeded", headers))
        .concat(ok()),
      { retries: 9 },
    );
    await client.call(operations.getTransaction, get);
    expect(waits).toEqual([2000, 7000, 3000, 0, 4000]);
  });

  it("not at all where the server asks for more than a minute", async () => {
    const { client, waits } = stage([problem(429, "rate.exceeded", { "retry-after": "900" })]);
    await expect(client.call(operations.getTransaction, get)).rejects.toThrow(ApiProblem);
    expect(waits).toEqual([]);
  });

  it("when it creates, with the same key and the same bytes", async () => {
    const { client, calls } = stage([lost(), problem(409, "idempotency.in-progress"), problem(503), ok()]);
    await client.call(operations.createTransaction, NEW);
    const keys = calls.map((call) => call.headers.get("idempotency-key"));
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    const bodies = await Promise.all(calls.map((call) => call.text()));
    expect(new Set(bodies)).toEqual(new Set([JSON.stringify(NEW.body)]));
  });

  it("reports the outcome of the first attempt where the last outcome is unknown", async () => {
    const unknown = () => problem(409, "idempotency.in-progress");
    const { client } = stage([problem(503, "service.database-unavailable"), unknown(), unknown(), unknown()]);
    await expect(client.call(operations.createTransaction, NEW)).rejects.toMatchObject({
      code: "idempotency.in-progress",
      cause: { code: "service.database-unavailable" },
    });
  });

  it("reports that an answer is the stored one of the first attempt", async () => {
    const kept = Response.json({ transaction_id: ID }, { headers: { "idempotency-replayed": "true" } });
    const { client } = stage([lost(), kept, ok({ transaction_id: ID })]);
    expect(isReplayed(await client.call(operations.createTransaction, NEW))).toBe(true);
    expect(isReplayed(await client.call(operations.createTransaction, NEW))).toBe(false);
  });

  it("when it discloses and was refused before it began", async () => {
    const { client, calls } = stage([problem(429), ok({ data: {} })]);
    await client.call(operations.openTransaction, open);
    expect(calls).toHaveLength(2);
  });

  it("with the key that the caller chose", async () => {
    const { client, calls } = stage([problem(502), ok()]);
    await client.call(operations.createTransaction, { ...NEW, idempotencyKey: "mine" });
    expect(calls.map((call) => call.headers.get("idempotency-key"))).toEqual(["mine", "mine"]);
  });
});

describe("a call is made once", () => {
  it.each([
    ["503", problem(503)],
    ["a lost connection", lost()],
  ])("when it discloses, also after %s: each opening counts", async (_, turn) => {
    const { client, calls } = stage([turn]);
    await expect(client.call(operations.openTransaction, open)).rejects.toBeDefined();
    expect(calls).toHaveLength(1);
    expect(calls[0]?.headers.has("idempotency-key")).toBe(false);
  });

  it.each([400, 401, 403, 404, 409, 410, 422, 500])("after %i", async (status) => {
    const { client, calls } = stage([problem(status, "some.code")]);
    await expect(client.call(operations.getTransaction, get)).rejects.toMatchObject({
      status,
      code: "some.code",
    });
    expect(calls).toHaveLength(1);
  });

  it("when its signal is aborted, whose reason it throws: before, during and between attempts", async () => {
    const reason = new Error("given up");
    const before = stage([]);
    await expect(
      before.client.call(operations.getTransaction, { ...get, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    const giving = new AbortController();
    const during = stage(["hangs"], { timeoutMs: 60_000 });
    const waiting = during.client.call(operations.getTransaction, { ...get, signal: giving.signal });
    giving.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    const between = new AbortController();
    const failing = stage([problem(503)], {
      fetch: async () => {
        between.abort(reason);
        return problem(503);
      },
    });
    await expect(
      failing.client.call(operations.getTransaction, { ...get, signal: between.signal }),
    ).rejects.toBe(reason);
    expect(failing.waits).toEqual([]);
  });

  it("does not follow a redirect, so the key goes to no other host", async () => {
    const { client, calls } = stage([
      new Response(null, { status: 302, headers: { location: "https://evil.test/" } }),
    ]);
    await expect(client.call(operations.getTransaction, get)).rejects.toMatchObject({
      status: 302,
      code: "unknown",
    });
    expect(calls.map((call) => [call.redirect, new URL(call.url).host])).toEqual([
      ["manual", "localhost:3000"],
    ]);
  });
});

describe("a list is walked", () => {
  const page = (items: readonly string[], next_cursor: string | null) => ok({ items, next_cursor });

  it("yields page after page, with the same filter, each fetched when its first item is asked for", async () => {
    const { client, calls } = stage([
      page(["a", "b"], "c1"),
      problem(503),
      page([], "c2"),
      page(["c"], null),
    ]);
    const seen: unknown[] = [];
    for await (const item of client.pages(operations.listTransactions, { query: { status: "created" } })) {
      if (seen.length < 2) expect(calls).toHaveLength(1);
      seen.push(item);
    }
    expect(seen).toEqual(["a", "b", "c"]);
    const queries = calls.map((call) => new URL(call.url).search);
    expect(queries).toEqual([
      "?status=created",
      "?status=created&cursor=c1",
      "?status=created&cursor=c1",
      "?status=created&cursor=c2",
    ]);
  });

  it("fetches no page that the caller does not ask for", async () => {
    const { client, calls } = stage([page(["a", "b"], "c1")]);
    for await (const item of client.pages(operations.listTransactions, { query: {} })) if (item) break;
    expect(calls).toHaveLength(1);
  });

  it("ends with an error when the server repeats a cursor", async () => {
    const { client } = stage([page(["a"], "c1"), page(["b"], "c1")]);
    const walk = async () => {
      for await (const _ of client.pages(operations.listTransactions, { query: {} }));
    };
    await expect(walk()).rejects.toThrow("the same cursor twice");
  });
});

describe("a call is signed", () => {
  const SEED = new Uint8Array(32).fill(7);
  const KEY = toBase64url(ed25519PublicKey(SEED));
  const signing = { keyId: "sk_prefix", privateKey: SEED };

  async function isHeld(call: Request): Promise<boolean> {
    const read = readSignedCall(call.headers, new Date(NOW));
    expect(read.keyId).toBe("sk_prefix");
    const body = new Uint8Array(await call.clone().arrayBuffer());
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
    if (body.length > 0) expect(read.bodyDigest).toEqual(digest);
    return holdsFor(read, KEY, call, call.url);
  }

  it("signs as the server reads it, with and without a body, and each attempt with its own nonce", async () => {
    const { client, calls } = stage([problem(503), ok(), ok()], { signing });
    await client.call(operations.createTransaction, NEW);
    await client.call(operations.listTransactions, { query: { job_id: "it's ü & more" } });
    expect(await Promise.all(calls.map(isHeld))).toEqual([true, true, true]);
    const nonces = calls.map((call) => readSignedCall(call.headers, new Date(NOW)).nonce);
    expect(new Set(nonces).size).toBe(3);
  });

  it("signs all that gives a call its meaning, so that a proxy cannot change its idempotency key or type", async () => {
    const { client, calls } = stage([ok()], { signing });
    await client.call(operations.createTransaction, { ...NEW, idempotencyKey: "mine", ifMatch: '"1"' });
    const [call] = calls;
    if (call === undefined) throw new Error("nothing was sent");
    expect(await isHeld(call)).toBe(true);
    for (const name of ["content-digest", "content-type", "idempotency-key", "if-match"]) {
      const headers = new Headers(call.headers);
      headers.set(
        name,
        name === "content-digest" ? "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:" : "x",
      );
      const other = new Request(call.url, { method: "POST", headers, body: JSON.stringify(NEW.body) });
      expect(holdsFor(readSignedCall(headers, new Date(NOW)), KEY, other, other.url)).toBe(false);
    }
  });

  it("with a form, whose boundary is the same in every attempt", async () => {
    const { client, calls } = stage([ok()], { signing });
    const document = new Blob([new Uint8Array([0x25, 0x50, 0x44, 0x46])], { type: "application/pdf" });
    await client.call(operations.attachAuthorization, {
      params: { id: ID },
      body: {
        issuer: "Court",
        jurisdiction: "DE",
        kind: "court_order",
        case_number: "1",
        valid_from: "2026-01-01T00:00:00Z",
        valid_until: "2027-01-01T00:00:00Z",
      },
      files: { document },
    });
    const [call] = calls;
    expect(call && (await isHeld(call))).toBe(true);
    const form = await call?.clone().formData();
    expect([...(form?.keys() ?? [])]).toEqual(["facts", "document"]);
  });

  it("signs with a CryptoKey that cannot be exported", async () => {
    const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), SEED]);
    const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
    const { client, calls } = stage([ok()], { signing: { keyId: "sk_prefix", privateKey } });
    await client.call(operations.getTransaction, get);
    expect(await Promise.all(calls.map(isHeld))).toEqual([true]);
  });

  it("does not sign calls that need no authentication", async () => {
    const { client, calls } = stage([ok()], { signing });
    await client.call(operations.getLiveness, {});
    expect(calls.map((call) => call.headers.has("signature"))).toEqual([false]);
  });
});

describe("an address", () => {
  it.each(["ftp://x", "http://user@x/", "http://x/?a=1", "http://x/#a", "x"])("%s is refused", (baseUrl) => {
    expect(() => stage([], { baseUrl })).toThrow(TypeError);
  });

  it("may end with a slash and have a path", async () => {
    const { client, calls } = stage([ok()], { baseUrl: "http://localhost:3000/base/" });
    await client.call(operations.getTransaction, get);
    expect(calls.map(({ url }) => url)).toEqual([
      `http://localhost:3000/base/confidential/transactions/${ID}`,
    ]);
  });
});

describe("a name in a path", () => {
  // RFC 3986 section 5.2.4: fetch removes these segments, and the client would make a different call.
  it.each(["..", ".", ""])("that is %j is refused before anything is sent", async (id) => {
    const { client, calls } = stage([ok()]);
    const body = { purpose: "settlement" } as const;
    await expect(client.call(operations.openTransaction, { params: { id }, body })).rejects.toThrow(/path/);
    expect(calls).toEqual([]);
  });

  it("is one segment, whatever characters it has", async () => {
    const { client, calls } = stage([ok()]);
    await client.call(operations.getKey, { params: { id: "../escrow?a=b#c" } });
    expect(calls.map(({ url }) => new URL(url).pathname)).toEqual([
      "/confidential/keys/..%2Fescrow%3Fa%3Db%23c",
    ]);
  });
});
