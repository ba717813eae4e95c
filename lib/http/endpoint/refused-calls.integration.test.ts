import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import { fixedClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import { type Runtime, useRuntime } from "@/lib/runtime/slot";
import { signedInAt } from "@/lib/testing/benches/account-bench";
import { createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { createAccount, type TestBrowser } from "@/lib/testing/instance/sign-in";

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
let bench: PortalBench;
let runtime: Runtime;
beforeAll(async () => {
  bench = await createPortalBench({ open: 3, sign_in: 30 });
  runtime = { ...bench.runtime, clock };
  useRuntime(runtime);
});
afterAll(() => bench?.close());
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
