import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { endpoint as atAccessLogs } from "@/app/confidential/access/logs/endpoint";
import { endpoint as atKeysIdChallenge } from "@/app/confidential/keys/[id]/challenge/endpoint";
import { endpoint as atKeysIdProof } from "@/app/confidential/keys/[id]/proof/endpoint";
import { endpoint as atKeysIdRecoveryChallenge } from "@/app/confidential/keys/[id]/recovery/challenge/endpoint";
import { endpoint as atKeysIdRecovery } from "@/app/confidential/keys/[id]/recovery/endpoint";
import { endpoint as atKeysIdRecoveryProof } from "@/app/confidential/keys/[id]/recovery/proof/endpoint";
import { endpoint as atKeysIdRecoveryRefusals } from "@/app/confidential/keys/[id]/recovery/refusals/endpoint";
import { endpoint as atKeysIdRecoveryStatements } from "@/app/confidential/keys/[id]/recovery/statements/endpoint";
import { endpoint as atKeysIdRotate } from "@/app/confidential/keys/[id]/rotate/endpoint";
import { endpoint as atKeysIdState } from "@/app/confidential/keys/[id]/state/endpoint";
import { endpoint as atKeysIdWraps } from "@/app/confidential/keys/[id]/wraps/endpoint";
import { endpoint as atKeysEscrowEpochDestroy } from "@/app/confidential/keys/escrow/[epoch]/destroy/endpoint";
import { endpoint as atKeysEscrow } from "@/app/confidential/keys/escrow/endpoint";
import { endpoint as atKeysEscrowRotate } from "@/app/confidential/keys/escrow/rotate/endpoint";
import { endpoint as atKeysRegister } from "@/app/confidential/keys/register/endpoint";
import { endpoint as atKeysRotate } from "@/app/confidential/keys/rotate/endpoint";
import { endpoint as atKeysRotationsId } from "@/app/confidential/rotations/[id]/endpoint";
import { endpoint as atKeysRotations } from "@/app/confidential/rotations/endpoint";
import { endpoint as atTransactionsIdAccess } from "@/app/confidential/transactions/[id]/access/endpoint";
import { endpoint as atTransactionsIdAudit } from "@/app/confidential/transactions/[id]/audit/endpoint";
import { endpoint as atTransactionsId } from "@/app/confidential/transactions/[id]/endpoint";
import { endpoint as atTransactions } from "@/app/confidential/transactions/endpoint";
import { toBase64url } from "@/lib/crypto/bytes";
import { uuidv7 } from "@/lib/crypto/uuid";
import { writeEvaluationRoster } from "@/lib/custodian/roster/evaluation-roster";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import type { RegisteredKey } from "@/lib/keys/schema";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { useRuntime } from "@/lib/runtime/slot";
import { createCaller, createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { openCustodian } from "@/lib/testing/benches/use-case-bench";
import { createKeyHolder, heldBy, type KeyHolder, proofOf } from "@/lib/testing/devices/key-holder";
import { handlersAt } from "@/lib/testing/routes/route-files";

const { GET: getLogs } = handlersAt(atAccessLogs);
const { POST: postChallenge } = handlersAt(atKeysIdChallenge);
const { POST: postProof } = handlersAt(atKeysIdProof);
const { POST: postRecoveryChallenge } = handlersAt(atKeysIdRecoveryChallenge);
const { POST: postBegin } = handlersAt(atKeysIdRecoveryProof);
const { POST: postRefusal } = handlersAt(atKeysIdRecoveryRefusals);
const { GET: getRecovery, POST: postRecovery } = handlersAt(atKeysIdRecovery);
const { POST: postWord } = handlersAt(atKeysIdRecoveryStatements);
const { POST: postRotate } = handlersAt(atKeysIdRotate);
const { POST: postState } = handlersAt(atKeysIdState);
const { GET: getWraps, POST: postWraps } = handlersAt(atKeysIdWraps);
const { POST: postDestroy } = handlersAt(atKeysEscrowEpochDestroy);
const { POST: postEpoch } = handlersAt(atKeysEscrowRotate);
const { GET: getEpochs } = handlersAt(atKeysEscrow);
const { POST: postRegister } = handlersAt(atKeysRegister);
const { POST: postRotateAlias } = handlersAt(atKeysRotate);
const { GET: getRotation } = handlersAt(atKeysRotationsId);
const { GET: getRotations } = handlersAt(atKeysRotations);
const { POST: postAccess } = handlersAt(atTransactionsIdAccess);
const { POST: postAudit } = handlersAt(atTransactionsIdAudit);
const { GET: getTransaction } = handlersAt(atTransactionsId);
const { POST: postTransaction } = handlersAt(atTransactions);

type Caller = Awaited<ReturnType<typeof createCaller>>;
type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

/** A portal with its custodian and its first epoch. */
interface Portal {
  readonly custodian: Awaited<ReturnType<typeof openCustodian>>;
  readonly runtime: PortalBench["runtime"];
  close(): Promise<void>;
}

async function openPortal(): Promise<Portal> {
  const bench = await createPortalBench({});
  const custodian = await openCustodian(bench.audit);
  const runtime = { ...bench.runtime, escrow: custodian.escrow };
  useRuntime(runtime);
  await recordEpoch({ ...runtime, client: {}, requestId: "test", system: "portal" });
  const close = async () => {
    await custodian.close();
    await bench.close();
  };
  return { custodian, runtime, close };
}

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
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    json: await response.json(),
  };
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

describe("routes of keys", () => {
  let portal: Portal;
  let client: Caller;
  let admin: Caller;
  let stranger: Caller;
  let auditor: Caller;

  beforeAll(async () => {
    portal = await openPortal();
    const { runtime, custodian } = portal;
    const scopes = ["keys", "read"] as const;
    client = await createCaller(runtime, "client", scopes);
    admin = await createCaller(runtime, "admin", scopes);
    stranger = await createCaller(runtime, "miner", scopes);
    auditor = await createCaller(runtime, "auditor", scopes);
    await writeEvaluationRoster(custodian.rosterFile, {
      log: runtime.instance.log,
      persons: [{ person: admin.participantId, organisation: "operator", role: "admin", duties: ["admin"] }],
      evaluationKey: loadSigningKey(runtime.keystore, "evaluation").publicKey,
      sign: () => Promise.reject(new TypeError("a first roster needs no signature")),
    });
  });
  afterAll(() => portal?.close());

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
    expect([again.status, again.json.key_id, again.json.receipt]).toEqual([
      200,
      first.json.key_id,
      undefined,
    ]);
    expect(await codeOf(post(postRegister, undefined, { body: managed(client) }))).toBe("401 auth.required");
    expect(await codeOf(post(postRegister, auditor, { body: managed(auditor) }))).toBe("403 auth.role");
    expect(await codeOf(post(postRegister, stranger, { body: managed(client) }))).toBe(
      "403 access.forbidden",
    );
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
      proven.json.receipt,
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
    const owner = await createCaller(portal.runtime, "client", ["keys", "read"]);
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
      receipt: { log: portal.runtime.instance.log },
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
      expect(await codeOf(post(postEpoch, caller, { body: {} }))).toBe("403 auth.role");
      expect(await codeOf(post(postDestroy, caller, { body: {}, params: { epoch: "1" } }))).toBe(
        "403 auth.role",
      );
    }
    expect(await codeOf(post(postDestroy, admin, { body: {}, params: { epoch: "1" } }))).toBe(
      "409 key.state",
    );
    const begun = await post(postEpoch, admin, { body: {}, idempotencyKey: "epoch-1" });
    expect(begun.status).toBe(201);
    expect(begun.json).toMatchObject({
      epoch: 2,
      kid: "escrow#2",
      state: "active",
      receipt: { signature: expect.any(String) },
    });
    expect((await post(postEpoch, admin, { body: {}, idempotencyKey: "epoch-1" })).json.epoch).toBe(2);
    const seen = await get(getEpochs, client);
    expect(
      seen.json.items.map(({ epoch, state }: { epoch: number; state: string }) => [epoch, state]),
    ).toEqual([
      [1, "deactivated"],
      [2, "active"],
    ]);
    expect(seen.json.items[0].remaining_wraps).toBeUndefined();
    expect((await get(getEpochs, admin)).json.items[0].remaining_wraps).toBe(0);
    expect(await codeOf(post(postDestroy, admin, { body: {}, params: { epoch: "x" } }))).toBe(
      "404 request.not-found",
    );
    expect(await codeOf(post(postDestroy, admin, { body: {}, params: { epoch: "9" } }))).toBe(
      "404 key.not-found",
    );
    const destroyed = await post(postDestroy, admin, { body: {}, params: { epoch: "1" } });
    expect(destroyed.json).toMatchObject({ success: true, kid: "escrow#1", state: "destroyed" });
    expect((await post(postEpoch, admin, { body: {} })).json.epoch).toBe(3);
    await portal.custodian.close();
    expect(await codeOf(post(postEpoch, admin, { body: {} }))).toBe("503 custodian.unavailable");
    expect(await codeOf(post(postDestroy, admin, { body: {}, params: { epoch: "2" } }))).toBe(
      "503 custodian.unavailable",
    );
    const after = await get(getEpochs, admin);
    expect(after.json.items.map(({ state }: { state: string }) => state)).toEqual([
      "destroyed",
      "deactivated",
      "active",
    ]);
  });
});

describe("routes of recoveries", () => {
  let portal: Portal;
  let owner: Caller;
  let stranger: Caller;
  let legal: Caller;
  let approver: Caller;
  let auditor: Caller;

  beforeAll(async () => {
    portal = await openPortal();
    const { runtime, custodian } = portal;
    owner = await createCaller(runtime, "client", ["keys", "read"]);
    stranger = await createCaller(runtime, "miner", ["keys", "read", "decide"]);
    legal = await createCaller(runtime, "coordinator", ["decide", "read"]);
    approver = await createCaller(runtime, "coordinator", ["decide", "read"]);
    auditor = await createCaller(runtime, "auditor", ["decide", "read"]);
    await writeEvaluationRoster(custodian.rosterFile, {
      log: runtime.instance.log,
      persons: [
        {
          person: owner.participantId,
          organisation: "company",
          role: "client",
          duties: [],
          participant: owner.participantId,
        },
        { person: legal.participantId, organisation: "operator", role: "coordinator", duties: ["legal"] },
        {
          person: approver.participantId,
          organisation: "operator",
          role: "coordinator",
          duties: ["approve"],
        },
      ],
      evaluationKey: loadSigningKey(runtime.keystore, "evaluation").publicKey,
      sign: () => Promise.reject(new TypeError("a first roster needs no signature")),
    });
  });
  afterAll(() => portal?.close());

  async function held(): Promise<{ id: string; holder: ReturnType<typeof createKeyHolder> }> {
    const holder = createKeyHolder();
    const { json } = await post(postRegister, owner, { body: heldBy(holder, owner.participantId) });
    const proven = await post(postProof, owner, {
      params: { id: json.key_id },
      body: proofOf(json, holder),
    });
    expect(proven.status).toBe(200);
    return { id: json.key_id, holder };
  }

  test("a recovery over HTTP: asked, signed by two, proven; refusals by role, scope and form", async () => {
    const { id } = await held();
    const params = { id };
    const next = createKeyHolder();
    const body = { public_key: next.publicKey, reason: "The laptop is gone." };
    expect((await get(getRecovery, owner, { params })).json).toEqual({ recovery: null });
    expect(await codeOf(get(getRecovery, stranger, { params }))).toBe("403 access.forbidden");
    expect(await codeOf(get(getRecovery, auditor, { params }))).toBe("403 access.forbidden");
    expect(await codeOf(post(postWord, legal, { params }))).toBe("404 key.recovery-not-found");
    expect(await codeOf(post(postRecovery, stranger, { params, body }))).toBe("403 access.forbidden");
    expect(await codeOf(post(postRecovery, legal, { params, body }))).toBe("403 auth.scope");
    expect(await codeOf(post(postRecovery, owner, { params: { id: uuidv7(1) }, body }))).toBe(
      "404 key.not-found",
    );
    for (const wrong of [{}, { ...body, old: "x" }, { ...body, reason: "" }]) {
      expect(await codeOf(post(postRecovery, owner, { params, body: wrong }))).toBe("422 request.invalid");
    }
    const asked = await post(postRecovery, owner, { params, body, idempotencyKey: "recovery-1" });
    expect(asked.status).toBe(201);
    expect(asked.json).toMatchObject({ state: "asked", transactions: 0, signatures_needed: 2 });
    expect(asked.json.receipt.signature).toContain("/receipt");
    const again = await post(postRecovery, owner, { params, body, idempotencyKey: "recovery-1" });
    expect(again.json.recovery_id).toBe(asked.json.recovery_id);

    expect(await codeOf(post(postWord, owner, { params }))).toBe("403 auth.scope");
    expect(await codeOf(post(postWord, stranger, { params }))).toBe("403 access.forbidden");
    expect(await codeOf(post(postRecoveryChallenge, owner, { params }))).toBe("409 key.state");
    for (const person of [legal, approver]) {
      const seen = await get(getRecovery, person, { params });
      expect(seen.json.recovery).toMatchObject({ awaits_me: true });
      expect((await post(postWord, person, { params })).status).toBe(200);
    }
    const challenged = await post(postRecoveryChallenge, owner, { params });
    expect(challenged.status).toBe(201);
    expect(JSON.parse(challenged.json.challenge.context)).toMatchObject({
      actor: "escrow-custodian",
      key_id: asked.json.new_key.key_id,
    });
    const wrong = { client_tag: toBase64url(new Uint8Array(32)) };
    expect(await codeOf(post(postBegin, stranger, { params, body: wrong }))).toBe("403 access.forbidden");
    const client_tag = next.answer(challenged.json.challenge);
    const begun = await post(postBegin, owner, { params, body: { client_tag } });
    expect([begun.status, begun.json.state]).toEqual([202, "running"]);
    expect(await codeOf(post(postRefusal, owner, { params, body: { reason: "late" } }))).toBe(
      "409 key.state",
    );
  });
});

describe("old clients", () => {
  // Speaks as programs of the coordinator do: X-Api-Key, a model written out whole with null for what is absent, an empty
  // object of policies, padded base64, the requester in the body, an audit's facts in the query, times without a zone.

  let portal: Portal;
  let client: Caller;
  let miner: Caller;
  let auditor: Caller;
  let seller: Caller;

  beforeAll(async () => {
    portal = await openPortal();
    const { runtime } = portal;
    client = await createCaller(runtime, "client", ["keys", "read", "submit", "open"]);
    miner = await createCaller(runtime, "miner", ["keys", "read", "submit", "open"]);
    seller = await createCaller(runtime, "client", ["keys", "read", "open"]);
    auditor = await createCaller(runtime, "auditor", ["read", "disclose"]);
  });
  afterAll(() => portal?.close());

  interface Sent {
    /** Below /confidential; where the path names a transaction, refusals are found under it. */
    readonly path?: string;
    readonly id?: string;
    readonly query?: string;
    readonly json?: unknown;
    readonly idempotencyKey?: string;
  }

  async function send(handler: Handler, method: string, caller: Caller, sent: Sent = {}) {
    const request = new Request(`http://portal/confidential/${sent.path ?? "x"}${sent.query ?? ""}`, {
      method,
      headers: {
        "x-api-key": caller.key,
        ...(sent.json === undefined ? {} : { "content-type": "application/json" }),
        ...(sent.idempotencyKey === undefined ? {} : { "idempotency-key": sent.idempotencyKey }),
      },
      ...(sent.json === undefined ? {} : { body: JSON.stringify(sent.json) }),
    });
    const params = sent.id === undefined ? {} : { id: sent.id };
    const response = await handler(request, { params: Promise.resolve(params as Record<string, string>) });
    return { status: response.status, json: await response.json() };
  }

  const modelOf = (members: object) => ({
    job_id: "job-1",
    amount: null,
    pricing: null,
    settlement_details: null,
    confidential: false,
    participants: [client.participantId, miner.participantId],
    access_policies: {},
    ...members,
  });

  async function register(caller: Caller) {
    return send(postRegister, "POST", caller, {
      json: { participant_id: caller.participantId, public_key: null },
    });
  }

  describe("a program of the coordinator", () => {
    let id: string;

    it("registers keys, its own in padded base64 or made here, and the answer names their custody", async () => {
      for (const caller of [client, miner]) {
        const { status, json } = await register(caller);
        expect([status, json.success, json.state, json.key_version]).toEqual([201, true, "active", 1]);
        expect((await register(caller)).status).toBe(200);
      }
      const { publicKey } = createKeyHolder();
      const padded = Buffer.from(publicKey, "base64url").toString("base64");
      expect(padded).toMatch(/=$/);
      const body = { participant_id: seller.participantId, public_key: padded, algorithm: "X25519" };
      const own = await send(postRegister, "POST", seller, { json: body });
      expect([own.status, own.json.state, own.json.public_key]).toEqual([201, "pre_active", publicKey]);
      expect(own.json.challenge.nonce).toMatch(/^[A-Za-z0-9_-]+$/);
      const urlSafe = await send(postRegister, "POST", seller, { json: { ...body, public_key: publicKey } });
      expect(urlSafe.json.key_id).toBe(own.json.key_id);
    });

    it("submits a model written out whole and reads it back without its sealed fields", async () => {
      const pricing = { unit_price: "0.05", currency: "EUR", discount: null };
      const json = modelOf({ amount: "1000.00", pricing, confidential: true });
      const made = await send(postTransaction, "POST", client, { json });
      expect(made.status).toBe(201);
      expect(made.json).toMatchObject({
        job_id: "job-1",
        status: "created",
        confidential: true,
        has_encrypted_data: true,
      });
      expect(made.json.amount).toBeUndefined();
      id = made.json.transaction_id;
      const read = await send(getTransaction, "GET", miner, { id });
      expect(read.json).toMatchObject({ transaction_id: id, has_encrypted_data: true });
      const plain = await send(postTransaction, "POST", client, { json: modelOf({ amount: "5" }) });
      expect([plain.status, plain.json.amount, plain.json.has_encrypted_data]).toEqual([201, "5", false]);
      expect("pricing" in plain.json).toBe(false);
    });

    it("are accepted with a null or an empty object nowhere else", async () => {
      for (const members of [
        { job_id: null },
        { confidential: null },
        { narrative: null },
        { access_policies: { a: 1 } },
      ])
        expect((await send(postTransaction, "POST", client, { json: modelOf(members) })).status).toBe(422);
      const policies = await send(postTransaction, "POST", client, {
        json: modelOf({ access_policies: ["settlement-only"] }),
      });
      expect([policies.status, policies.json.errors]).toEqual([
        422,
        [
          {
            pointer: "/access_policies",
            detail: "access policies are not evaluated yet, so none is accepted",
          },
        ],
      ]);
      const empty = await send(postTransaction, "POST", client, { json: modelOf({ participants: [] }) });
      expect([empty.status, empty.json.code]).toEqual([422, "request.invalid"]);
    });

    it("opens as the credential's owner whatever name the body has, and the refusal is in the log", async () => {
      const path = `transactions/${id}/access`;
      const asked = { transaction_id: id, purpose: "settlement", justification: null };
      const own = await send(postAccess, "POST", miner, {
        path,
        id,
        json: { ...asked, requester: miner.participantId },
      });
      expect(own.status).toBe(200);
      expect(own.json).toMatchObject({
        success: true,
        data: { amount: "1000.00", pricing: { unit_price: "0.05", currency: "EUR", discount: null } },
      });
      expect(own.json.access_id).toMatch(/^[0-9a-f-]{36}$/);
      const other = await send(postAccess, "POST", miner, {
        path,
        id,
        json: { ...asked, requester: client.participantId },
      });
      expect([other.status, other.json.code, other.json.data]).toEqual([403, "access.forbidden", undefined]);
      const unknown = uuidv7(Date.now());
      const mixed = await send(postAccess, "POST", miner, {
        path,
        id,
        json: { ...asked, transaction_id: unknown, requester: miner.participantId },
      });
      expect([mixed.status, mixed.json.errors[0].pointer]).toEqual([422, "/transaction_id"]);
      const hidden = await send(postAccess, "POST", miner, {
        path: `transactions/${unknown}/access`,
        id: unknown,
        json: { ...asked, transaction_id: unknown, requester: client.participantId },
      });
      expect([hidden.status, hidden.json.code]).toEqual([403, "access.forbidden"]);
      const start = new Date(Date.now() - 600_000).toISOString().slice(0, 19);
      const query = `?transaction_id=${id}&start_time=${start}&limit=10&offset=0`;
      const { json: logs } = await send(getLogs, "GET", miner, { query });
      expect([logs.total_count, logs.has_more]).toEqual([2, false]);
      expect(
        logs.logs.map((line: { success: boolean; error?: string }) => [line.success, line.error]),
      ).toEqual([
        [false, "access.forbidden"],
        [true, undefined],
      ]);
    });

    it("asks for an audit in the query, once and in one place, and is refused without a grant", async () => {
      const authorization = uuidv7(Date.now());
      const query = `?authorization=${authorization}`;
      const alone = await send(postAudit, "POST", auditor, { id, query });
      expect([alone.status, alone.json.code]).toEqual([403, "access.no-grant"]);
      const same = await send(postAudit, "POST", auditor, {
        id,
        json: { authorization, purpose: "compliance" },
      });
      expect([same.status, same.json.code, same.json.detail]).toEqual([
        403,
        "access.no-grant",
        alone.json.detail,
      ]);
      const twice = await send(postAudit, "POST", auditor, {
        id,
        query,
        json: { authorization, purpose: "audit" },
      });
      expect([twice.status, twice.json.errors[0].pointer]).toEqual([422, "/authorization"]);
      const odd = await send(postAudit, "POST", auditor, { id, query: "?authorization=signed-by-a-court" });
      expect([odd.status, odd.json.errors[0].pointer]).toEqual([422, "/authorization"]);
      const elsewhere = await send(postAudit, "POST", auditor, {
        id,
        query: `${query}&grant_id=${authorization}`,
      });
      expect(elsewhere.status).toBe(422);
    });

    it("rotates by participant, and one Idempotency-Key is not one for two participants", async () => {
      const idempotencyKey = "old-1";
      const query = `?participant_id=${client.participantId}`;
      const begun = await send(postRotateAlias, "POST", client, { query, idempotencyKey });
      expect(begun.status).toBe(202);
      expect(begun.json).toMatchObject({
        success: true,
        participant_id: client.participantId,
        new_version: 2,
      });
      const again = await send(postRotateAlias, "POST", client, { query, idempotencyKey });
      expect([again.status, again.json.rotation_id]).toEqual([202, begun.json.rotation_id]);
      const other = await send(postRotateAlias, "POST", client, {
        query: `?participant_id=${miner.participantId}`,
        idempotencyKey,
      });
      expect([other.status, other.json.code]).toEqual([422, "idempotency.mismatch"]);
    });

    it("is answered with a problem document where it had success: false", async () => {
      const refused = await send(postAccess, "POST", seller, { id, json: { purpose: "settlement" } });
      expect([refused.status, refused.json.success, refused.json.code]).toEqual([
        404,
        undefined,
        "transaction.not-found",
      ]);
    });
  });
});
