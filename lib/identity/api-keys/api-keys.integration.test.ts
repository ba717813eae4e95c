import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import * as operations from "@/lib/api-client/operations/api-keys";
import { fixedClock } from "@/lib/clock";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey } from "@/lib/crypto/primitives";
import { openDatabase } from "@/lib/db/client";
import { statement } from "@/lib/db/statement";
import { DomainError } from "@/lib/errors";
import { bind } from "@/lib/http/endpoint/bind";
import { withScopes } from "@/lib/http/sign-in/with-session";
import { findCallingKey, listAllApiKeys, listOwnApiKeys } from "@/lib/identity/api-keys/list-api-keys";
import { makeApiKey, rotateApiKey } from "@/lib/identity/api-keys/make-api-key";
import { revokeAnyApiKey, revokeOwnApiKey } from "@/lib/identity/api-keys/revoke-api-key";
import { ApiKeyPage, CallingKey, MadeApiKey } from "@/lib/identity/api-keys/schema";
import { authenticate } from "@/lib/identity/authenticate";
import { type Runtime, useRuntime } from "@/lib/runtime/slot";
import { call, signedInAt } from "@/lib/testing/benches/account-bench";
import { createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createAccount, type TestAccount, type TestBrowser } from "@/lib/testing/instance/sign-in";
import { serve } from "@/lib/testing/routes/route-files";

const HOUR = 3_600_000;
const SIGNING = toBase64url(ed25519PublicKey(new Uint8Array(32).fill(7)));
const clock = fixedClock(new Date());
let bench: PortalBench;
let runtime: Runtime;

beforeAll(async () => {
  bench = await createPortalBench({ sign_in: 100, writes: 10_000 });
  runtime = { ...bench.runtime, clock };
  useRuntime(runtime);
});
afterAll(() => bench?.close());
beforeEach(() => clock.advance(120_000));

const signedIn = (person: TestAccount) => signedInAt(clock, person);
const own = { label: "ledger", scopes: ["read", "submit"] };

const make = (who: TestBrowser | string, body: unknown = own) =>
  call(who, operations.createApiKey, (cx, input) => makeApiKey({ ...cx, ...runtime }, input.body), { body });
const rotate = (who: TestBrowser, id: string, body: unknown = {}) =>
  call(who, operations.rotateApiKey, (cx, input) => rotateApiKey({ ...cx, ...runtime }, id, input.body), {
    body,
    params: { id },
  });
const revoke = (who: TestBrowser, id: string) =>
  call(who, operations.revokeApiKey, (cx, input) => revokeOwnApiKey(cx, id, input.body), { params: { id } });
const list = async (who: TestBrowser) =>
  ApiKeyPage.parse(
    (
      await call(who, operations.listApiKeys, (cx, input) =>
        withScopes(cx, (scoped) => listOwnApiKeys(scoped, input.query)),
      )
    ).body,
  );

/** The answer that a program with this key gets: its scopes, or the code of the refusal. */
async function useKey(key: string, address = "192.0.2.1"): Promise<unknown> {
  const asked = new Request("http://localhost:3000/", { headers: { "x-api-key": key } });
  try {
    const { principal, refusal } = await authenticate(runtime, asked, { address });
    return refusal?.code ?? principal.scopes;
  } catch (error) {
    return error instanceof DomainError ? error.code : error;
  }
}

it("a key is created with a label, scopes, addresses and an end, and shown once", async () => {
  const browser = await signedIn(await createAccount(runtime, "client"));
  const expires_at = new Date(clock.nowMs() + HOUR).toISOString();
  const answer = await make(browser, {
    ...own,
    addresses: ["192.0.2.0/24"],
    expires_at,
    signing_key: SIGNING,
  });
  expect(answer.status).toBe(201);
  const made = MadeApiKey.parse(answer.body);
  expect(made).toMatchObject({ state: "live", label: "ledger", signing_key: SIGNING, last_used_at: null });
  expect(await useKey(made.key)).toEqual(["read", "submit"]);
  expect(await useKey(made.key, "198.51.100.1")).toBe("auth.address");
  const { items, scopes } = await list(browser);
  expect(items).toMatchObject([{ id: made.id, last_used_at: clock.now().toISOString(), expires_at }]);
  expect(JSON.stringify(items)).not.toContain(made.key);
  expect(scopes).toContain("submit");
  clock.advance(2 * HOUR);
  expect(await useKey(made.key)).toBe("auth.invalid");
  expect((await list(browser)).items[0]?.state).toBe("expired");
});

it("a key that is revoked between two calls on one connection is refused at the second", async () => {
  const browser = await signedIn(await createAccount(runtime, "client"));
  const made = MadeApiKey.parse((await make(browser)).body);
  const db = openDatabase({ url: bench.audit.database.appUrl, maxConnections: 1 });
  const WHO = statement<object, { readonly pid: number }>("who")`SELECT pg_backend_pid() AS pid`;
  const asked = new Request("http://localhost:3000/", { headers: { "x-api-key": made.key } });
  const use = () => outcomeOf(authenticate({ ...runtime, db }, asked, {}));
  const before = await db.run(WHO, {});
  expect(await use()).toBe("done");
  await revoke(browser, made.id);
  expect(await use()).toBe("auth.invalid");
  expect(await db.run(WHO, {})).toEqual(before);
  await db.close();
});

it("a key cannot have a scope that no call for its holder needs, or an end in the past", async () => {
  const browser = await signedIn(await createAccount(runtime, "client"));
  const wrong = [
    { ...own, scopes: ["read", "admin"] },
    { ...own, scopes: [] },
    { ...own, scopes: ["read", "read"] },
    { ...own, scopes: ["everything"] },
    { ...own, addresses: ["not an address"] },
    { ...own, expires_at: new Date(clock.nowMs() - 1).toISOString() },
    { ...own, signing_key: "AAAA" },
    { ...own, label: "" },
    { ...own, secret: "of mine" },
  ];
  for (const body of wrong) {
    const { status, body: problem } = await make(browser, body);
    expect([status, problem.code]).toEqual([422, "request.invalid"]);
  }
  expect((await list(browser)).items).toEqual([]);
});

it("an API key or a session with an old proof cannot create a key", async () => {
  const browser = await signedIn(await createAccount(runtime, "client"));
  const { key } = MadeApiKey.parse((await make(browser)).body);
  const byKey = await make(key);
  expect([byKey.status, byKey.body.code]).toEqual([403, "auth.session-only"]);
  clock.advance(20 * 60_000);
  const late = await make(browser);
  expect([late.status, late.body.code]).toEqual([401, "auth.step-up"]);
});

it("a rotated key and its successor both work for the overlap, and the successor lasts as long", async () => {
  const browser = await signedIn(await createAccount(runtime, "client"));
  const expires_at = new Date(clock.nowMs() + 48 * HOUR).toISOString();
  const old = MadeApiKey.parse((await make(browser, { ...own, expires_at, signing_key: SIGNING })).body);
  clock.advance(60_000);
  const answer = await rotate(browser, old.id, { overlap_hours: 1 });
  expect(answer.status).toBe(201);
  const next = MadeApiKey.parse(answer.body);
  expect(next).toMatchObject({
    label: "ledger",
    scopes: ["read", "submit"],
    signing_key: SIGNING,
    expires_at: new Date(clock.nowMs() + 48 * HOUR).toISOString(),
  });
  expect(await useKey(old.key)).toEqual(["read", "submit"]);
  clock.advance(HOUR);
  expect(await useKey(old.key)).toBe("auth.invalid");
  expect(await useKey(next.key)).toEqual(["read", "submit"]);
  const again = await rotate(await signedIn(await createAccount(runtime, "client")), next.id);
  expect([again.status, again.body.code]).toEqual([404, "api-key.not-found"]);
});

it("a rotation cannot extend an ended key or replace one that has ended", async () => {
  const browser = await signedIn(await createAccount(runtime, "client"));
  const expires_at = new Date(clock.nowMs() + HOUR).toISOString();
  const old = MadeApiKey.parse((await make(browser, { ...own, expires_at })).body);
  await rotate(browser, old.id, { overlap_hours: 24 });
  const kept = (await list(browser)).items.find(({ id }) => id === old.id);
  expect(kept?.expires_at).toBe(expires_at);
  await revoke(browser, old.id);
  const ended = await rotate(browser, old.id);
  expect([ended.status, ended.body.code]).toEqual([409, "api-key.ended"]);
});

it("its holder, or an administrator with a reason, ends a key at once and for good", async () => {
  const browser = await signedIn(await createAccount(runtime, "client"));
  const other = await signedIn(await createAccount(runtime, "miner"));
  const { id, key } = MadeApiKey.parse((await make(browser)).body);
  expect((await revoke(other, id)).status).toBe(404);
  const ended = await revoke(browser, id);
  expect([ended.status, ended.body.state]).toEqual([200, "revoked"]);
  expect(ended.body).toHaveProperty("receipt");
  expect(await useKey(key)).toBe("auth.invalid");
  expect((await revoke(browser, id)).body).not.toHaveProperty("receipt");

  const second = MadeApiKey.parse((await make(browser)).body);
  const admin = await signedIn(await createAccount(runtime, "admin", { duties: ["admin"] }));
  const all = await call(admin, operations.listAllApiKeys, (cx, input) =>
    withScopes(cx, (scoped) => listAllApiKeys(scoped, input.query)),
  );
  expect(ApiKeyPage.parse(all.body).items.map((item) => item.id)).toContain(second.id);
  const end = (who: TestBrowser, body: unknown) =>
    call(who, operations.revokeAnyApiKey, (cx, input) => revokeAnyApiKey(cx, second.id, input.body), {
      body,
      params: { id: second.id },
    });
  expect((await end(other, { reason: "not mine" })).status).toBe(403);
  expect((await end(admin, {})).status).toBe(422);
  expect((await end(admin, { reason: "seen in a public repository" })).body.state).toBe("revoked");
  expect(await useKey(second.key)).toBe("auth.invalid");
});

it("a key can read what it is, without its secret, and a session has no key to read", async () => {
  const { path, method } = operations.getCallingKey;
  const { GET } = serve(path, [bind(operations.getCallingKey, (cx) => findCallingKey(cx))]);
  const ask = async (who: TestBrowser | string) => {
    const headers = typeof who === "string" ? { "x-api-key": who } : who.headers();
    const asked = new Request(`http://localhost:3000${path}`, { method, headers });
    const response = await GET(asked, { params: Promise.resolve({}) });
    return { status: response.status, body: await response.json() };
  };
  const browser = await signedIn(await createAccount(runtime, "client"));
  const made = MadeApiKey.parse(
    (await make(browser, { ...own, scopes: ["submit"], signing_key: SIGNING })).body,
  );
  const other = MadeApiKey.parse((await make(browser)).body);
  const answer = await ask(made.key);
  expect(answer.status).toBe(200);
  const { key, receipt, last_used_at, holder_name: _, ...view } = made;
  const outcome = CallingKey.parse(answer.body);
  expect(outcome).toMatchObject({ ...view, role: "client", duties: [], signed: false });
  expect(answer.body).not.toHaveProperty("holder_name");
  expect(JSON.stringify(outcome)).not.toContain(key.slice(14));
  expect(CallingKey.parse((await ask(other.key)).body).id).toBe(other.id);
  expect(await ask(browser)).toMatchObject({ status: 404, body: { code: "api-key.not-found" } });
  expect([receipt.entry_id, last_used_at]).toEqual([expect.any(String), null]);
});

it("a signing key must be a point of the curve under which only its owner can sign", async () => {
  const browser = await signedIn(await createAccount(runtime, "client"));
  const weak = [
    // Points of order 1, 2, 4 and 8 (RFC 8032): a signature can be valid under them without a private key.
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    // Not a point of the curve.
    "0200000000000000000000000000000000000000000000000000000000000000",
  ].map((hex) => Buffer.from(hex, "hex").toString("base64url"));
  // The last character of 43 has two bits that do not belong to the key.
  for (const signing_key of [...weak, `${SIGNING.slice(0, -1)}${SIGNING.endsWith("B") ? "C" : "B"}`]) {
    const { status, body } = await make(browser, { ...own, signing_key });
    expect([signing_key, status, body]).toMatchObject([signing_key, 422, { code: "request.invalid" }]);
  }
  const { id } = MadeApiKey.parse((await make(browser)).body);
  expect((await rotate(browser, id, { signing_key: weak[0] })).status).toBe(422);
});
