import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GET as getLogs } from "@/app/confidential/access/logs/route";
import { POST as postRegister } from "@/app/confidential/keys/register/route";
import { POST as postRotate } from "@/app/confidential/keys/rotate/route";
import { POST as postAccess } from "@/app/confidential/transactions/[id]/access/route";
import { POST as postAudit } from "@/app/confidential/transactions/[id]/audit/route";
import { GET as getTransaction } from "@/app/confidential/transactions/[id]/route";
import { POST as postTransaction } from "@/app/confidential/transactions/route";
import { uuidv7 } from "@/lib/crypto/uuid";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import { useRuntime } from "@/lib/runtime/slot";
import { createCaller, createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { openCustodian } from "@/lib/testing/benches/use-case-bench";
import { createKeyHolder } from "@/lib/testing/devices/key-holder";

// Speaks as programs of the coordinator do: X-Api-Key, a model written out whole with null for what is absent, an empty
// object of policies, padded base64, the requester in the body, an audit's facts in the query, times without a zone.

type Caller = Awaited<ReturnType<typeof createCaller>>;
type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

let bench: PortalBench;
let custodian: Awaited<ReturnType<typeof openCustodian>>;
let client: Caller;
let miner: Caller;
let auditor: Caller;
let seller: Caller;

beforeAll(async () => {
  bench = await createPortalBench({});
  custodian = await openCustodian(bench.audit);
  const runtime = { ...bench.runtime, escrow: custodian.escrow };
  useRuntime(runtime);
  await recordEpoch({ ...runtime, client: {}, requestId: "test", system: "portal" });
  client = await createCaller(runtime, "client", ["keys", "read", "submit", "open"]);
  miner = await createCaller(runtime, "miner", ["keys", "read", "submit", "open"]);
  seller = await createCaller(runtime, "client", ["keys", "read", "open"]);
  auditor = await createCaller(runtime, "auditor", ["read", "disclose"]);
});
afterAll(async () => {
  await custodian?.close();
  await bench?.close();
});

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
      [{ pointer: "/access_policies", detail: "access policies are not evaluated yet, so none is accepted" }],
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
    expect(logs.logs.map((line: { success: boolean; error?: string }) => [line.success, line.error])).toEqual(
      [
        [false, "access.forbidden"],
        [true, undefined],
      ],
    );
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
    const begun = await send(postRotate, "POST", client, { query, idempotencyKey });
    expect(begun.status).toBe(202);
    expect(begun.json).toMatchObject({ success: true, participant_id: client.participantId, new_version: 2 });
    const again = await send(postRotate, "POST", client, { query, idempotencyKey });
    expect([again.status, again.json.rotation_id]).toEqual([202, begun.json.rotation_id]);
    const other = await send(postRotate, "POST", client, {
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
