import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { contentDigest } from "@/lib/crypto/http-signature/content-digest";
import {
  type SignatureParameters,
  signatureBase,
  signatureInput,
} from "@/lib/crypto/http-signature/signature-base";
import { ed25519PublicKey, ed25519Sign } from "@/lib/crypto/primitives";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import { takeNonce } from "@/lib/identity/signed-calls/store";
import { type Runtime, useRuntime } from "@/lib/runtime/slot";
import { createCaller, createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";

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
  const holds = "not that of a live key over this call";
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
  expect(await answerOf(other)).toEqual(refused("not what the signature names"));
  expect(await answerOf(signed({ method: "POST", body, covered: ["@method", "@target-uri"] }))).toEqual(
    refused("covers content-digest"),
  );
  const none = signed({ method: "POST", body });
  const emptied = new Request(none.url, { method: "POST", headers: none.headers, body: "{}" });
  expect(await answerOf(emptied)).toEqual(refused("not what the signature names"));
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
    [{ parameters: { keyid: undefined } }, "names no keyid"],
    [{ parameters: { alg: "hmac-sha256" } }, "signed with ed25519"],
    [{ covered: ["@method"] }, "does not cover @target-uri"],
    [{ covered: ["@method", "@path", "@authority"] }, "does not cover @target-uri"],
    [{ covered: ["@target-uri"] }, "does not cover @method"],
    [{ headers: { host: "portal.example:3000" } }, "A signed call goes to"],
  ];
  for (const [wish, detail] of cases) expect(await answerOf(signed(wish))).toEqual(refused(detail));
  expect(runs).toBe(0);
});

it("refuses half a signature, two signatures, and invalid structured fields", async () => {
  const cases: readonly (readonly [Record<string, string>, string])[] = [
    [{ signature: "" }, "."],
    [{ "signature-input": "sig" }, "not a list"],
    [{ "signature-input": 'sig=("@method" "@target-uri");created=1.5' }, "not known or not of its type"],
    [{ "signature-input": 'sig=("@method";req "@target-uri")' }, "not known here"],
    [{ "signature-input": 'sig=("@method" "@method" "@target-uri");created=1' }, "."],
    [{ "signature-input": `sig=(${"x".repeat(5000)})` }, "too long"],
    [{ "signature-input": 'a=("@method"), b=("@method")' }, "one signature"],
    [{ signature: "other=:AAAA:" }, "one signature"],
    [{ signature: 'sig="AAAA"' }, "not a byte sequence"],
    [{ signature: "sig=:AAAA:" }, "not that of a live key"],
  ];
  for (const [headers, detail] of cases) expect(await answerOf(signed({ headers }))).toEqual(refused(detail));
  const half = signed();
  half.headers.delete("signature");
  expect(await answerOf(half)).toEqual(refused("signature is missing"));
  expect(runs).toBe(0);
});
