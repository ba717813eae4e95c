import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import { fixedClock } from "@/lib/clock";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { contentDigest } from "@/lib/crypto/http-signature/content-digest";
import {
  type SignatureParameters,
  signatureBase,
  signatureInput,
} from "@/lib/crypto/http-signature/signature-base";
import { ed25519PublicKey, ed25519Sign } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { bind } from "@/lib/http/endpoint/bind";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import { takeNonce } from "@/lib/identity/signed-calls/store";
import { type Runtime, useRuntime } from "@/lib/runtime/slot";
import { signedInAt } from "@/lib/testing/benches/account-bench";
import { createCaller, createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { createAccount, type TestBrowser } from "@/lib/testing/instance/sign-in";
import { suspendPerson } from "@/lib/testing/instance/suspend-person";
import { serve } from "@/lib/testing/routes/route-files";

let bench: PortalBench;
beforeAll(async () => {
  bench = await createPortalBench({ open: 3, sign_in: 30 });
});
afterAll(() => bench.close());

describe("refused calls", () => {
  // A call that is refused at the start, by the place it comes from or by its key's rights, costs its owner nothing:
  // neither the budget of the owner's own calls nor the end of an idle session.

  const ORIGIN = "http://localhost:3000";
  const PATH = "/confidential/things";
  const route = { params: Promise.resolve({}) };
  const shared = { summary: "test", path: PATH, roles: "any", scopes: ["open"] } as const;
  const response = { status: 200, schema: z.object({}) } as const;
  const open = operation({
    ...shared,
    id: "openThing",
    method: "POST",
    body: z.strictObject({}),
    response,
    rate: "open",
    action: "transaction.open",
  });
  const prove = operation({
    ...shared,
    id: "proveThing",
    path: "/confidential/proofs",
    method: "POST",
    scopes: "any",
    sessionOnly: true,
    body: z.strictObject({}),
    response,
    rate: "sign_in",
    action: "account.step_up",
  });
  const read = operation({
    ...shared,
    id: "readThing",
    method: "GET",
    scopes: "any",
    response,
    rate: "reads",
    action: "transaction.read",
  });
  const things = serve(PATH, [bind(open, async () => ({})), bind(read, async () => ({}))]);
  const proofs = serve("/confidential/proofs", [bind(prove, async () => ({}))]);

  const clock = fixedClock(new Date());
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = { ...bench.runtime, clock };
    useRuntime(runtime);
  });
  beforeEach(() => clock.advance(120_000));

  type Sent = Readonly<Record<string, string>>;
  const OURS: Sent = { origin: ORIGIN, "sec-fetch-site": "same-origin", "content-type": "application/json" };
  const THEIRS: Sent = {
    origin: "http://localhost:8080",
    "sec-fetch-site": "same-site",
    "content-type": "text/plain",
  };

  async function post(headers: Sent, at = things): Promise<number> {
    const request = new Request(`${ORIGIN}${PATH}`, { method: "POST", headers: { ...headers }, body: "{}" });
    return (await at.POST(request, route)).status;
  }

  async function look(browser: TestBrowser, headers: Sent): Promise<number> {
    const request = new Request(`${ORIGIN}${PATH}`, { headers: { ...browser.headers(), ...headers } });
    return (await things.GET(request, route)).status;
  }

  async function posts(times: number, headers: Sent, at = things): Promise<Set<number>> {
    const statuses = new Set<number>();
    for (let count = 0; count < times; count += 1) statuses.add(await post(headers, at));
    return statuses;
  }

  it("a page of another port spends no opening of the person whose cookie it sends", async () => {
    const browser = await signedInAt(clock, await createAccount(runtime, "client"));
    expect(await posts(5, { ...browser.headers(), ...THEIRS })).toEqual(new Set([403]));
    expect(await post({ ...browser.headers(), ...OURS })).toBe(200);
  });

  it("does not keep the owner from proving who they are", async () => {
    const browser = await signedInAt(clock, await createAccount(runtime, "client"));
    expect(await posts(35, { ...browser.headers(), ...THEIRS }, proofs)).toEqual(new Set([403]));
    expect(await post({ ...browser.headers(), ...OURS }, proofs)).toBe(200);
  });

  it("a key without the scope, or from a wrong address, spends no opening of its holder", async () => {
    const { userId } = await createAccount(runtime, "client");
    const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
    const reads = await createApiKey(cx, { userId, label: "reads", scopes: ["read"] });
    const opens = await createApiKey(cx, {
      userId,
      label: "opens",
      scopes: ["open"],
      addresses: ["192.0.2.1"],
    });
    const from = (key: string, address: string) => ({
      "x-api-key": key,
      "x-forwarded-for": address,
      "content-type": "application/json",
    });
    expect(await posts(5, from(reads.key, "203.0.113.9"))).toEqual(new Set([403]));
    expect(await posts(5, from(opens.key, "203.0.113.9"))).toEqual(new Set([403]));
    expect(await posts(35, from(reads.key, "203.0.113.9"), proofs)).toEqual(new Set([403]));
    expect(await post(from(opens.key, "192.0.2.1"))).toBe(200);
  });

  it("refused calls have a budget of their own, and end in 429", async () => {
    const small = await createPortalBench({ anonymous: 4 });
    try {
      useRuntime(small.runtime);
      const { userId } = await createAccount(small.runtime, "client");
      const cx = { ...small.runtime, client: {}, requestId: "test", system: "test" };
      const { key } = await createApiKey(cx, { userId, label: "reads", scopes: ["read"] });
      expect(await posts(6, { "x-api-key": key, "content-type": "application/json" })).toEqual(
        new Set([403, 429]),
      );
    } finally {
      useRuntime(runtime);
      await small.close();
    }
  });

  it("a page of another port does not keep a privileged session from going idle", async () => {
    const browser = await signedInAt(
      clock,
      await createAccount(runtime, "coordinator", { duties: ["approve"] }),
    );
    for (let minutes = 0; minutes < 20; minutes += 5) {
      expect(await look(browser, { "sec-fetch-site": "same-site" })).toBe(minutes < 15 ? 403 : 401);
      clock.advance(300_000);
    }
    expect(await look(browser, OURS)).toBe(401);
  });

  it("a refused call about a transaction is found under it, however its address is spelled", async () => {
    const openOne = operation({
      ...shared,
      id: "openOne",
      path: "/confidential/transactions/{id}/access",
      method: "POST",
      params: z.strictObject({ id: z.uuid() }),
      body: z.strictObject({}),
      response,
      rate: "writes",
      action: "transaction.open",
    });
    const { POST } = serve(openOne.path, [bind(openOne, async () => ({}))]);
    const { userId } = await createAccount(runtime, "client");
    const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
    const { key } = await createApiKey(cx, { userId, label: "reads", scopes: ["read"] });
    const id = uuidv7(clock.nowMs());
    const tried = async (path: string, named: string): Promise<number> => {
      const headers = { "x-api-key": key, "content-type": "application/json" };
      const request = new Request(`${ORIGIN}${path}`, { method: "POST", headers, body: "{}" });
      return (await POST(request, { params: Promise.resolve({ id: named }) })).status;
    };
    const encoded = `%30${id.slice(1)}`;
    const statuses = [
      await tried(`/confidential/transactions/${id}/access`, id),
      await tried(`/confidential/transactions/${id.toUpperCase()}/access`, id.toUpperCase()),
      await tried(`/confidential/transactions/${encoded}/access`, encoded),
      await tried(`/%63onfidential/transactions/${id}/access`, id),
      // 36 characters that are not an id.
      await tried(`/confidential/transactions/${"-".repeat(36)}/access`, "-".repeat(36)),
    ];
    expect(statuses).toEqual([403, 403, 403, 403, 403]);
    const found = await bench.audit.appPool.query(
      "SELECT 1 FROM audit_index WHERE transaction_id = $1 AND outcome = 'denied'",
      [id],
    );
    expect(found.rowCount).toBe(4);
  });
});

describe("signed calls", () => {
  const SEED = new Uint8Array(32).fill(7);
  const OTHER_SEED = new Uint8Array(32).fill(8);
  const ORIGIN = "http://localhost:3000";
  const PATH = "/confidential/things";
  const route = { params: Promise.resolve({}) };

  const shared = { path: PATH, summary: "test", roles: "any", rate: "open" } as const;
  const Answer = z.object({ signed: z.boolean() });
  const create = operation({
    ...shared,
    id: "createThing",
    method: "POST",
    scopes: ["submit", "disclose"],
    body: z.strictObject({ name: z.string().optional() }),
    response: { status: 200, schema: Answer },
    action: "transaction.create",
  });
  const list = operation({
    ...shared,
    id: "listThings",
    method: "GET",
    scopes: ["read", "disclose"],
    query: z.strictObject({ name: z.string().optional() }),
    response: { status: 200, schema: Answer },
    action: "transaction.read",
  });
  let runs = 0;
  const run = async (cx: { readonly principal: { readonly proof: unknown } }) => {
    runs += 1;
    return { signed: JSON.stringify(cx.principal.proof).includes('"signed":true') };
  };
  const { GET, POST } = serve(PATH, [bind(create, run), bind(list, run)]);

  let bench: PortalBench;
  let runtime: Runtime;
  let apiKey: { key: string; prefix: string; id: string };
  let plainKey: string;
  let nonces = 0;

  beforeAll(async () => {
    bench = await createPortalBench({ open: 10_000, anonymous: 10_000 });
    // Outside evaluation: there a key with `disclose` must sign.
    runtime = { ...bench.runtime, instance: { ...bench.runtime.instance, evaluation: false } };
    useRuntime(runtime);
    const caller = await createCaller(runtime, "client", ["read", "disclose"]);
    plainKey = caller.key;
    const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
    const signingKey = toBase64url(ed25519PublicKey(SEED));
    apiKey = await createApiKey(cx, {
      userId: caller.userId,
      label: "signed",
      scopes: ["read", "disclose", "submit"],
      signingKey,
    });
  });
  beforeEach(() => {
    runs = 0;
  });
  afterAll(() => bench.close());

  interface Wish {
    readonly method?: "GET" | "POST";
    readonly target?: string;
    readonly body?: string;
    readonly covered?: readonly string[];
    readonly parameters?: Partial<Record<keyof SignatureParameters, string | number | undefined>>;
    readonly seed?: Uint8Array;
    readonly headers?: Readonly<Record<string, string>>;
  }

  const seconds = () => Math.floor(Date.now() / 1000);

  function signed(wish: Wish = {}): Request {
    const { method = "GET", target = `${ORIGIN}${PATH}`, body, seed = SEED } = wish;
    const headers = new Headers({ host: "localhost:3000" });
    if (body !== undefined) {
      headers.set("content-type", "application/json");
      headers.set("content-digest", contentDigest(utf8(body)));
    }
    const covered = wish.covered ?? [
      "@method",
      "@target-uri",
      ...(body === undefined ? [] : ["content-digest"]),
    ];
    nonces += 1;
    const wanted = {
      created: seconds(),
      nonce: `nonce-of-the-call-${nonces}`,
      keyid: apiKey.prefix,
      ...wish.parameters,
    };
    const parameters = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
    const components = covered.map((id) => ({ id }));
    const input = signatureInput(components, parameters);
    const base = signatureBase({ method, url: target, headers }, { components, input });
    headers.set("signature-input", `sig=${input}`);
    headers.set("signature", `sig=:${Buffer.from(ed25519Sign(seed, base)).toString("base64")}:`);
    for (const [name, value] of Object.entries(wish.headers ?? {})) headers.set(name, value);
    return new Request(target, { method, headers, ...(body === undefined ? {} : { body }) });
  }

  async function answerOf(request: Request): Promise<unknown> {
    const response = await (request.method === "GET" ? GET : POST)(request, route);
    const body: unknown = await response.json();
    const read = z.object({ code: z.string(), detail: z.string() }).safeParse(body);
    return read.success ? [response.status, read.data.code, read.data.detail] : [response.status, body];
  }

  const refused = (detail: string | RegExp) => [401, "auth.signature", expect.stringMatching(detail)];

  it("allows a signed call what the same key unsigned may not do", async () => {
    expect(await answerOf(signed())).toEqual([200, { signed: true }]);
    expect(await answerOf(signed({ method: "POST", body: '{"name":"a"}' }))).toEqual([200, { signed: true }]);
    expect(await answerOf(signed({ headers: { "x-api-key": apiKey.key } }))).toEqual([200, { signed: true }]);
    expect(await answerOf(signed({ parameters: { alg: "ed25519", tag: "mine" } }))).toEqual([
      200,
      { signed: true },
    ]);
    const bearer = new Request(`${ORIGIN}${PATH}`, { headers: { "x-api-key": apiKey.key } });
    expect(await answerOf(bearer)).toEqual([403, "auth.signature-required", expect.any(String)]);
  });

  it("refuses signed calls of a suspended person from the next one on", async () => {
    const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
    const { userId } = await createCaller(runtime, "client", []);
    const signingKey = toBase64url(ed25519PublicKey(OTHER_SEED));
    const { prefix } = await createApiKey(cx, { userId, label: "signed", scopes: ["read"], signingKey });
    const call = () => answerOf(signed({ seed: OTHER_SEED, parameters: { keyid: prefix } }));
    expect(await call()).toEqual([200, { signed: true }]);
    await suspendPerson(cx, userId);
    expect(await call()).toEqual([403, "access.inactive", expect.any(String)]);
    expect(runs).toBe(1);
  });

  it("takes a signed call once, also when it comes to two portals at the same moment", async () => {
    const call = signed();
    const replies = await Promise.all(Array.from({ length: 20 }, () => answerOf(call.clone())));
    expect(replies.filter((reply) => Array.isArray(reply) && reply[0] === 200)).toHaveLength(1);
    expect(runs).toBe(1);
    expect(await answerOf(call.clone())).toEqual(refused("was used before"));
  });

  it("a portal whose clock is behind takes no call again that another one takes for over", async () => {
    const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
    const now = new Date();
    const nonce = { keyId: apiKey.id, nonce: "of-two-portals-with-two-clocks", expiresAt: now };
    const take = (ahead: number, one: string) =>
      takeNonce(cx.db.run, { ...nonce, nonce: one, now: new Date(now.getTime() + ahead * 1000) });
    expect(await take(0, nonce.nonce)).toBe(true);
    expect(await take(30, "another-call-of-the-same-key")).toBe(true);
    expect(await take(0, nonce.nonce)).toBe(false);
    expect(await take(61, "one-more-call-of-the-same-key")).toBe(true);
    expect(await take(0, nonce.nonce)).toBe(true);
  });

  it("refuses a call that is not the one that was signed", async () => {
    const holds = "not from a valid key for this call";
    const asked = signed({ target: `${ORIGIN}${PATH}?name=a` });
    expect(await answerOf(new Request(`${ORIGIN}${PATH}?name=b`, { headers: asked.headers }))).toEqual(
      refused(holds),
    );
    const get = signed();
    expect(await answerOf(new Request(get.url, { method: "POST", headers: get.headers }))).toEqual(
      refused(holds),
    );
    expect(await answerOf(signed({ seed: OTHER_SEED }))).toEqual(refused(holds));
    expect(await answerOf(signed({ parameters: { keyid: "0000000000" } }))).toEqual(refused(holds));
    expect(await answerOf(signed({ headers: { "x-api-key": plainKey } }))).toEqual(refused(holds));
    expect(runs).toBe(0);
  });

  it("refuses a body that the signature does not name", async () => {
    const body = '{"name":"a"}';
    const call = signed({ method: "POST", body });
    const other = new Request(call.url, { method: "POST", headers: call.headers, body: '{"name":"b"}' });
    expect(await answerOf(other)).toEqual(refused("does not match the signature"));
    expect(await answerOf(signed({ method: "POST", body, covered: ["@method", "@target-uri"] }))).toEqual(
      refused("must cover content-digest"),
    );
    const none = signed({ method: "POST", body });
    const emptied = new Request(none.url, { method: "POST", headers: none.headers, body: "{}" });
    expect(await answerOf(emptied)).toEqual(refused("does not match the signature"));
    const foreign = signed({ method: "POST", body, headers: { "content-digest": "sha-512=:AA==:" } });
    expect(await answerOf(foreign)).toEqual(refused("names no sha-256"));
    expect(runs).toBe(0);
  });

  it("refuses signatures out of their time, without a name, or that cover too little", async () => {
    const cases: readonly (readonly [Wish, string])[] = [
      [{ parameters: { created: seconds() - 301 } }, "older than 300"],
      [{ parameters: { created: seconds() + 120 } }, "in the future"],
      [{ parameters: { created: undefined } }, "does not say when"],
      [{ parameters: { expires: seconds() - 1 } }, "has expired"],
      [{ parameters: { nonce: undefined } }, "no nonce"],
      [{ parameters: { nonce: "short" } }, "no nonce"],
      [{ parameters: { keyid: undefined } }, "has no keyid"],
      [{ parameters: { alg: "hmac-sha256" } }, "signed with ed25519"],
      [{ covered: ["@method"] }, "does not cover @target-uri"],
      [{ covered: ["@method", "@path", "@authority"] }, "does not cover @target-uri"],
      [{ covered: ["@target-uri"] }, "does not cover @method"],
      [{ headers: { host: "portal.example:3000" } }, "A signed call must go to"],
    ];
    for (const [wish, detail] of cases) expect(await answerOf(signed(wish))).toEqual(refused(detail));
    expect(runs).toBe(0);
  });

  it("refuses half a signature, two signatures, and invalid structured fields", async () => {
    const cases: readonly (readonly [Record<string, string>, string])[] = [
      [{ signature: "" }, "."],
      [{ "signature-input": "sig" }, "not a list"],
      [{ "signature-input": 'sig=("@method" "@target-uri");created=1.5' }, "not known or not of its type"],
      [{ "signature-input": 'sig=("@method";req "@target-uri")' }, "not supported"],
      [{ "signature-input": 'sig=("@method" "@method" "@target-uri");created=1' }, "."],
      [{ "signature-input": `sig=(${"x".repeat(5000)})` }, "too long"],
      [{ "signature-input": 'a=("@method"), b=("@method")' }, "one signature"],
      [{ signature: "other=:AAAA:" }, "one signature"],
      [{ signature: 'sig="AAAA"' }, "not a byte sequence"],
      [{ signature: "sig=:AAAA:" }, "not from a valid key"],
    ];
    for (const [headers, detail] of cases)
      expect(await answerOf(signed({ headers }))).toEqual(refused(detail));
    const half = signed();
    half.headers.delete("signature");
    expect(await answerOf(half)).toEqual(refused("signature is missing"));
    expect(runs).toBe(0);
  });
});
