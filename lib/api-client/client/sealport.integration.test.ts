import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { endpoint as transactions } from "@/app/confidential/transactions/endpoint";
import { openItem } from "@/lib/api-client/client/open-item";
import { createSealportWith, isReplayed, type SealportOptions } from "@/lib/api-client/client/sealport";
import { operation } from "@/lib/api-client/operation";
import { operations } from "@/lib/api-client/registry";
import { answerChallenge } from "@/lib/crypto/answer-challenge";
import { toBase64url } from "@/lib/crypto/bytes";
import { OpenError } from "@/lib/crypto/format-error";
import { generateKeyPair, type KeyPair } from "@/lib/crypto/key-pair";
import { ed25519PublicKey } from "@/lib/crypto/primitives";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import { proveKey } from "@/lib/keys/possession/prove-key";
import { registerKey } from "@/lib/keys/register/register-key";
import { type Runtime, useRuntime } from "@/lib/runtime/slot";
import { type Person, SENT, submit } from "@/lib/testing/benches/client-held-bench";
import { createCaller, createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { heldBy } from "@/lib/testing/devices/key-holder";
import { answerRequest } from "@/lib/testing/routes/route-files";
import { getEnvelopes } from "@/lib/transactions/read/get-envelopes";

let bench: PortalBench;
beforeAll(async () => {
  bench = await createPortalBench({ reads: 4, writes: 10_000, anonymous: 10_000 });
});
afterAll(() => bench.close());

describe("the client", () => {
  // The client against the portal's own handlers: its signatures, repetitions and waits match the server.
  const SEED = new Uint8Array(32).fill(7);
  const ORIGIN = "http://localhost:3000";
  const THINGS = "/confidential/things";
  const createThing = operation({
    id: "createThing",
    method: "POST",
    path: THINGS,
    summary: "test",
    scopes: ["submit"],
    roles: "any",
    body: z.strictObject({ name: z.string() }),
    response: { status: 201, schema: z.object({ id: z.string(), secret: z.string() }) },
    rate: "writes",
    action: "transaction.create",
    idempotent: { keep: ["id"] },
  });
  let made = 0;
  const things = endpointAt(THINGS, [
    bind(createThing, async () => {
      made += 1;
      return { id: `thing-${made}`, secret: "shown once" };
    }),
  ]);

  let runtime: Runtime;
  let userId: string;

  beforeAll(async () => {
    // Outside evaluation: there a key that discloses must sign.
    runtime = { ...bench.runtime, instance: { ...bench.runtime.instance, evaluation: false } };
    useRuntime(runtime);
    ({ userId } = await createCaller(runtime, "client", ["read", "disclose", "submit"]));
  });

  type Handler = (request: Request) => Promise<Response>;

  const handler: Handler = (request) =>
    answerRequest(new URL(request.url).pathname === THINGS ? things : transactions, request);

  /** A client whose calls go to the handlers; waits are counted and not waited. */
  async function connect(options: Partial<SealportOptions> = {}, through: Handler = handler) {
    const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
    const signingKey = toBase64url(ed25519PublicKey(SEED));
    const scopes = ["read", "disclose", "submit"] as const;
    const apiKey = await createApiKey(cx, { userId, label: "sdk", scopes: [...scopes], signingKey });
    const waits: number[] = [];
    const send: typeof fetch = (target, init) => {
      const headers = new Headers(init?.headers);
      headers.set("host", new URL(String(target)).host);
      return through(new Request(String(target), { ...init, headers }));
    };
    const timing = {
      now: () => Date.now(),
      random: () => 0,
      wait: async (ms: number) => void waits.push(ms),
    };
    const signing = { keyId: apiKey.prefix, privateKey: SEED };
    const client = createSealportWith({ baseUrl: ORIGIN, signing, fetch: send, ...options }, timing);
    return { client, waits, key: apiKey.key };
  }

  it("signs each call and each attempt so that the portal takes it, where the bare key is refused", async () => {
    const { client, key } = await connect();
    const page = await client.call(operations.listTransactions, { query: { job_id: "it's ü", limit: "2" } });
    expect(page).toEqual({ items: [], next_cursor: null });
    const items: unknown[] = [];
    for await (const item of client.pages(operations.listTransactions, { query: {} })) items.push(item);
    expect(items).toEqual([]);
    const bare = createSealportWith(
      { baseUrl: ORIGIN, apiKey: key, fetch: (target, init) => handler(new Request(String(target), init)) },
      {
        now: () => Date.now(),
        random: () => 0,
        wait: () => Promise.reject(new Error("nothing is waited for")),
      },
    );
    await expect(bare.call(operations.listTransactions, { query: {} })).rejects.toMatchObject({
      status: 403,
      code: "auth.signature-required",
    });
  });

  it("creates once where the first answer was lost, and reports that the second is the stored one", async () => {
    let lost = 0;
    const { client, waits } = await connect({}, async (request) => {
      const answer = await handler(request);
      if (lost > 0) return answer;
      lost += 1;
      await answer.body?.cancel();
      throw new TypeError("fetch failed");
    });
    const answer = await client.call(createThing, { body: { name: "a" } });
    expect(answer).toEqual({ id: "thing-1" });
    expect(isReplayed(answer)).toBe(true);
    expect(made).toBe(1);
    expect(waits).toEqual([250]);
    const next = await client.call(createThing, { body: { name: "a" } });
    expect(next).toEqual({ id: "thing-2", secret: "shown once" });
    expect(isReplayed(next)).toBe(false);
  });

  it("waits as long as the portal asks for when its budget is spent, and gives up with the portal's own error", async () => {
    const asked: number[] = [];
    const { client, waits } = await connect({ retries: 2 }, async (request) => {
      const answer = await handler(request);
      if (answer.status === 429) asked.push(Number(answer.headers.get("retry-after")) * 1000);
      return answer;
    });
    const calls = Array.from({ length: 5 }, () => client.call(operations.listTransactions, { query: {} }));
    const refused = (await Promise.allSettled(calls)).filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    for (const one of refused) expect(one).toMatchObject({ reason: { status: 429, code: "rate.exceeded" } });
    expect(Math.min(...asked)).toBeGreaterThan(0);
    // Two waits for each call that was refused in the end; the client does not wait longer than a minute.
    expect(waits.every((ms) => asked.includes(ms))).toBe(true);
    expect(asked.length).toBe(waits.length + refused.length);
  });
});

describe("opening an item", () => {
  // A participant's program with only the SDK: it makes, registers and uses its key in one place.
  let bench: UseCaseBench;
  beforeAll(async () => {
    bench = await createUseCaseBench();
  });
  afterAll(() => bench?.close());

  async function register(cx: Person, { publicKey, privateKey }: KeyPair) {
    const participant = cx.principal.participantId;
    const { key } = await registerKey(cx, heldBy({ publicKey: toBase64url(publicKey) }, participant));
    if (key.challenge === undefined) throw new TypeError("nothing was asked");
    const client_tag = answerChallenge(key.challenge, { privateKey, participant, log: bench.place.log });
    return { kid: (await proveKey(cx, key.key_id, { client_tag })).kid, privateKey };
  }

  it("a key that the SDK made is registered, and opens what the portal answers, group by group", async () => {
    const owner = await bench.person({ role: "client", hasKey: false });
    const other = await bench.person({ role: "miner" });
    const key = await register(owner, generateKeyPair());
    const id = await submit(other, owner);
    const { items } = await getEnvelopes(owner, id);
    const opened = await Promise.all(items.map((item) => openItem(id, item, key)));
    expect(Object.assign({}, ...opened.map(({ fields }) => fields))).toEqual(SENT);
    expect(opened.map(({ isProven }) => isProven)).toEqual([false, false]);
    const [first, second] = items;
    if (first === undefined || second === undefined) throw new TypeError("a group is missing");
    for (const wrong of [
      { ...first, jwe: second.jwe },
      { ...first, group: second.group },
      { ...first, digests: [...first.digests].reverse() },
    ])
      await expect(openItem(id, wrong, key)).rejects.toThrow(OpenError);
    await expect(openItem(id, first, { ...key, privateKey: generateKeyPair().privateKey })).rejects.toThrow(
      OpenError,
    );
  });
});
