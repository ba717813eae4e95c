import { afterAll, beforeAll, expect, test } from "vitest";
import { POST as postChallenge } from "@/app/confidential/keys/[id]/challenge/route";
import { POST as postProof } from "@/app/confidential/keys/[id]/proof/route";
import { POST as postRotate } from "@/app/confidential/keys/[id]/rotate/route";
import { POST as postState } from "@/app/confidential/keys/[id]/state/route";
import { GET as getWraps, POST as postWraps } from "@/app/confidential/keys/[id]/wraps/route";
import { POST as postDestroy } from "@/app/confidential/keys/escrow/[epoch]/destroy/route";
import { POST as postEpoch } from "@/app/confidential/keys/escrow/rotate/route";
import { GET as getEpochs } from "@/app/confidential/keys/escrow/route";
import { POST as postRegister } from "@/app/confidential/keys/register/route";
import { POST as postRotateAlias } from "@/app/confidential/keys/rotate/route";
import { GET as getRotation } from "@/app/confidential/keys/rotations/[id]/route";
import { GET as getRotations } from "@/app/confidential/keys/rotations/route";
import { toBase64url } from "@/lib/crypto/bytes";
import { uuidv7 } from "@/lib/crypto/uuid";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import type { RegisteredKey } from "@/lib/keys/schema";
import { useRuntime } from "@/lib/runtime/slot";
import { createCaller, createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { openCustodian } from "@/lib/testing/benches/use-case-bench";
import { createKeyHolder, heldBy, type KeyHolder, proofOf } from "@/lib/testing/devices/key-holder";

type Caller = Awaited<ReturnType<typeof createCaller>>;
type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

let bench: PortalBench;
let custodian: Awaited<ReturnType<typeof openCustodian>>;
let client: Caller;
let admin: Caller;
let stranger: Caller;
let auditor: Caller;

beforeAll(async () => {
  bench = await createPortalBench({});
  custodian = await openCustodian(bench.audit);
  const runtime = { ...bench.runtime, escrow: custodian.escrow };
  useRuntime(runtime);
  await recordEpoch({ ...runtime, client: {}, requestId: "test", system: "portal" });
  const scopes = ["keys", "read"] as const;
  client = await createCaller(runtime, "client", scopes);
  admin = await createCaller(runtime, "admin", scopes);
  stranger = await createCaller(runtime, "miner", scopes);
  auditor = await createCaller(runtime, "auditor", scopes);
});
afterAll(async () => {
  await custodian?.close();
  await bench?.close();
});

interface Given {
  readonly params?: Record<string, string>;
  readonly query?: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

/** Makes one call over HTTP; without a caller it sends no credential. */
async function call(handler: Handler, method: string, caller: Caller | undefined, given: Given = {}) {
  const { params = {}, query = "", body, idempotencyKey } = given;
  const request = new Request(`http://portal/confidential/keys${query}`, {
    method,
    headers: {
      ...(caller === undefined ? {} : { authorization: `Bearer ${caller.key}` }),
      ...(method === "GET" ? {} : { "content-type": "application/json" }),
      ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
    },
    ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  const response = await handler(request, { params: Promise.resolve(params) });
  return { status: response.status, type: response.headers.get("content-type"), json: await response.json() };
}

const post = (handler: Handler, caller: Caller | undefined, given?: Given) =>
  call(handler, "POST", caller, given);
const get = (handler: Handler, caller: Caller | undefined, given?: Given) =>
  call(handler, "GET", caller, given);
const codeOf = async (answer: ReturnType<typeof call>) => {
  const { status, type, json } = await answer;
  expect(type).toBe("application/problem+json");
  return `${status} ${json.code}`;
};

const managed = ({ participantId }: Caller) => ({
  participant_id: participantId,
  algorithm: "X25519",
  custody: "managed",
});

test("registration: 201 with a receipt, 200 the second time, and refusals by caller and by form", async () => {
  const first = await post(postRegister, client, { body: managed(client) });
  expect(first.status).toBe(201);
  expect(first.json).toMatchObject({
    success: true,
    key_version: 1,
    state: "active",
    participant_id: client.participantId,
  });
  expect(first.json.receipt.signature).toContain("/receipt");
  const again = await post(postRegister, client, { body: managed(client) });
  expect([again.status, again.json.key_id, again.json.receipt]).toEqual([200, first.json.key_id, undefined]);
  expect(await codeOf(post(postRegister, undefined, { body: managed(client) }))).toBe("401 auth.required");
  expect(await codeOf(post(postRegister, auditor, { body: managed(auditor) }))).toBe("403 auth.role");
  expect(await codeOf(post(postRegister, stranger, { body: managed(client) }))).toBe("403 access.forbidden");
  for (const extra of [{ custody: "elsewhere" }, { private_key: "x" }, { algorithm: "RSA" }])
    expect(await codeOf(post(postRegister, client, { body: { ...managed(client), ...extra } }))).toBe(
      "422 request.invalid",
    );
  const low = { ...managed(stranger), custody: "client", public_key: toBase64url(new Uint8Array(32)) };
  expect(await codeOf(post(postRegister, stranger, { body: low }))).toBe("422 key.invalid");
});

async function registered(caller: Caller, holder: KeyHolder): Promise<RegisteredKey> {
  const { status, json } = await post(postRegister, caller, { body: heldBy(holder, caller.participantId) });
  expect(status).toBe(201);
  return json;
}

test("proof, challenge and re-wrap of a client-held key: inputs, refusals and answers", async () => {
  const [first, second] = [createKeyHolder(), createKeyHolder()];
  const asked = await registered(stranger, first);
  expect(asked).toMatchObject({ state: "pre_active", challenge: { expires_at: expect.any(String) } });
  const params = { id: asked.key_id };
  const wrong = { client_tag: toBase64url(new Uint8Array(32)) };
  expect(await codeOf(post(postProof, stranger, { params, body: wrong }))).toBe("422 key.proof");
  expect(await codeOf(post(postProof, stranger, { params, body: { client_tag: "short" } }))).toBe(
    "422 request.invalid",
  );
  expect(await codeOf(post(postProof, client, { params, body: wrong }))).toBe("403 access.forbidden");
  const again = await post(postRegister, stranger, { body: heldBy(first, stranger.participantId) });
  expect(again.status).toBe(200);
  const body = proofOf(again.json, first);
  const proven = await post(postProof, stranger, { params, body, idempotencyKey: "proof-1" });
  expect(proven.json).toMatchObject({
    state: "active",
    receipt: { signature: expect.stringContaining("/receipt") },
  });
  const replayed = await post(postProof, stranger, { params, body, idempotencyKey: "proof-1" });
  expect([replayed.status, replayed.json.key_id, replayed.json.receipt]).toEqual([
    200,
    asked.key_id,
    undefined,
  ]);
  expect(await codeOf(post(postRotate, stranger, { params }))).toBe("409 key.state");

  expect(await codeOf(post(postChallenge, stranger, { params }))).toBe("409 key.state");
  const next = await registered(stranger, second);
  const both = await post(postProof, stranger, {
    params: { id: next.key_id },
    body: proofOf(next, second, first),
  });
  expect(both.json).toMatchObject({
    state: "active",
    replaced: { key_id: asked.key_id, remaining_wraps: 0 },
  });
  const listed = await get(getWraps, stranger, { params });
  expect(listed.json).toMatchObject({
    items: [],
    next_cursor: null,
    remaining_wraps: 0,
    successor: { key_id: next.key_id },
  });
  expect(await codeOf(get(getWraps, client, { params }))).toBe("403 access.forbidden");
  expect(await codeOf(get(getWraps, admin, { params }))).toBe("403 auth.role");
  expect(await codeOf(get(getWraps, stranger, { params, query: "?limit=51" }))).toBe("422 request.invalid");
  const challenged = await post(postChallenge, stranger, { params });
  expect([challenged.status, challenged.json.key_id]).toEqual([201, asked.key_id]);
  expect(await codeOf(post(postWraps, stranger, { params, body: { ...wrong, entries: [] } }))).toBe(
    "422 request.invalid",
  );
  expect(await codeOf(post(postWraps, auditor, { params, body: wrong }))).toBe("403 auth.role");
});

test("rotation: 202, the same while it runs, and its progress for callers who may know of it", async () => {
  const { json: key } = await post(postRegister, client, { body: managed(client) });
  const params = { id: key.key_id };
  expect(await codeOf(post(postRotate, client, { params: { id: uuidv7(1) } }))).toBe("404 key.not-found");
  expect(await codeOf(post(postRotate, client, { params: { id: "1" } }))).toBe("404 request.not-found");
  expect(await codeOf(post(postRotate, client, { params, body: { mode: "copy" } }))).toBe(
    "422 request.invalid",
  );
  expect(await codeOf(post(postRotate, stranger, { params }))).toBe("403 access.forbidden");
  const begun = await post(postRotate, client, { params });
  expect(begun.status).toBe(202);
  expect(begun.json).toMatchObject({
    mode: "rewrap",
    state: "running",
    old_version: 1,
    new_version: 2,
    rewrapped: 0,
    total: 0,
  });
  const query = `?participant_id=${client.participantId}`;
  const alias = await post(postRotateAlias, admin, { query });
  expect([alias.status, alias.json.rotation_id, alias.json.receipt]).toEqual([
    202,
    begun.json.rotation_id,
    undefined,
  ]);
  expect(await codeOf(post(postRotateAlias, admin, {}))).toBe("422 request.invalid");
  const one = { params: { id: begun.json.rotation_id } };
  for (const caller of [client, admin])
    expect((await get(getRotation, caller, one)).json.rotation_id).toBe(one.params.id);
  expect(await codeOf(get(getRotation, stranger, one))).toBe("404 key.rotation-not-found");
  expect(await codeOf(get(getRotation, auditor, one))).toBe("403 auth.role");
  expect((await get(getRotations, client, { query })).json.items).toHaveLength(1);
  expect(await codeOf(get(getRotations, stranger, { query }))).toBe("403 access.forbidden");
});

test("state, and a compromised key under dual control: one asks, another agrees", async () => {
  const owner = await createCaller(bench.runtime, "client", ["keys", "read"]);
  const { json: key } = await post(postRegister, owner, { body: managed(owner) });
  const params = { id: key.key_id };
  const to = (state: string) => ({ params, body: { state, reason: "a reason" } });
  expect(await codeOf(post(postState, owner, { params, body: { state: "suspended" } }))).toBe(
    "422 request.invalid",
  );
  expect(await codeOf(post(postState, owner, to("pre_active")))).toBe("422 request.invalid");
  expect(await codeOf(post(postState, owner, to("destroyed")))).toBe("409 key.state");
  expect(await codeOf(post(postState, client, to("suspended")))).toBe("403 access.forbidden");
  expect(await codeOf(post(postState, auditor, to("suspended")))).toBe("403 auth.role");
  expect(await codeOf(post(postState, owner, { ...to("suspended"), params: { id: uuidv7(1) } }))).toBe(
    "404 key.not-found",
  );
  expect((await post(postState, admin, to("suspended"))).json).toMatchObject({
    state: "suspended",
    was: "active",
    opens: false,
  });
  expect(await codeOf(post(postState, admin, to("active")))).toBe("403 access.forbidden");
  const reported = await post(postState, owner, to("compromised"));
  expect(reported.json).toMatchObject({
    state: "compromised",
    was: "suspended",
    receipt: { log: bench.runtime.instance.log },
  });
  const asked = await post(postRotate, owner, { params, body: { mode: "reseal" } });
  expect([asked.status, asked.json.state]).toEqual([202, "asked"]);
  const twice = await post(postRotate, owner, { params, body: { mode: "reseal" } });
  expect([twice.json.rotation_id, twice.json.state]).toEqual([asked.json.rotation_id, "asked"]);
  const agreed = await post(postRotate, admin, { params, body: { mode: "reseal" } });
  expect(agreed.json).toMatchObject({
    rotation_id: asked.json.rotation_id,
    state: "running",
    new_version: 2,
  });
});

test("escrow epochs: administrators begin and destroy them, all callers read them, and 503 while the custodian is down", async () => {
  for (const caller of [client, auditor]) {
    expect(await codeOf(post(postEpoch, caller))).toBe("403 auth.role");
    expect(await codeOf(post(postDestroy, caller, { params: { epoch: "1" } }))).toBe("403 auth.role");
  }
  expect(await codeOf(post(postDestroy, admin, { params: { epoch: "1" } }))).toBe("409 key.state");
  const begun = await post(postEpoch, admin, { idempotencyKey: "epoch-1" });
  expect(begun.status).toBe(201);
  expect(begun.json).toMatchObject({
    epoch: 2,
    kid: "escrow#2",
    state: "active",
    receipt: { signature: expect.any(String) },
  });
  expect((await post(postEpoch, admin, { idempotencyKey: "epoch-1" })).json.epoch).toBe(2);
  const seen = await get(getEpochs, client);
  expect(seen.json.items.map(({ epoch, state }: { epoch: number; state: string }) => [epoch, state])).toEqual(
    [
      [1, "deactivated"],
      [2, "active"],
    ],
  );
  expect(seen.json.items[0].remaining_wraps).toBeUndefined();
  expect((await get(getEpochs, admin)).json.items[0].remaining_wraps).toBe(0);
  expect(await codeOf(post(postDestroy, admin, { params: { epoch: "x" } }))).toBe("404 request.not-found");
  expect(await codeOf(post(postDestroy, admin, { params: { epoch: "9" } }))).toBe("404 key.not-found");
  const destroyed = await post(postDestroy, admin, { params: { epoch: "1" } });
  expect(destroyed.json).toMatchObject({ success: true, kid: "escrow#1", state: "destroyed" });
  expect((await post(postEpoch, admin)).json.epoch).toBe(3);
  await custodian.close();
  expect(await codeOf(post(postEpoch, admin))).toBe("503 custodian.unavailable");
  expect(await codeOf(post(postDestroy, admin, { params: { epoch: "2" } }))).toBe(
    "503 custodian.unavailable",
  );
  const after = await get(getEpochs, admin);
  expect(after.json.items.map(({ state }: { state: string }) => state)).toEqual([
    "destroyed",
    "deactivated",
    "active",
  ]);
});
