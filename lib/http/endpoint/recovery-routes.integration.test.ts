import { afterAll, beforeAll, expect, test } from "vitest";
import { POST as postProof } from "@/app/confidential/keys/[id]/proof/route";
import { POST as postChallenge } from "@/app/confidential/keys/[id]/recovery/challenge/route";
import { POST as postBegin } from "@/app/confidential/keys/[id]/recovery/proof/route";
import { POST as postRefusal } from "@/app/confidential/keys/[id]/recovery/refusals/route";
import { GET as getRecovery, POST as postRecovery } from "@/app/confidential/keys/[id]/recovery/route";
import { POST as postWord } from "@/app/confidential/keys/[id]/recovery/statements/route";
import { POST as postRegister } from "@/app/confidential/keys/register/route";
import { toBase64url } from "@/lib/crypto/bytes";
import { uuidv7 } from "@/lib/crypto/uuid";
import { writeEvaluationRoster } from "@/lib/custodian/roster/evaluation-roster";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { useRuntime } from "@/lib/runtime/slot";
import { createCaller, createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { openCustodian } from "@/lib/testing/benches/use-case-bench";
import { createKeyHolder, heldBy, proofOf } from "@/lib/testing/devices/key-holder";

type Caller = Awaited<ReturnType<typeof createCaller>>;
type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

let bench: PortalBench;
let custodian: Awaited<ReturnType<typeof openCustodian>>;
let owner: Caller;
let stranger: Caller;
let legal: Caller;
let approver: Caller;
let auditor: Caller;

beforeAll(async () => {
  bench = await createPortalBench({});
  custodian = await openCustodian(bench.audit);
  const runtime = { ...bench.runtime, escrow: custodian.escrow };
  useRuntime(runtime);
  await recordEpoch({ ...runtime, client: {}, requestId: "test", system: "portal" });
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
      { person: approver.participantId, organisation: "operator", role: "coordinator", duties: ["approve"] },
    ],
    evaluationKey: loadSigningKey(runtime.keystore, "evaluation").publicKey,
    sign: () => Promise.reject(new TypeError("a first roster needs no signature")),
  });
});
afterAll(async () => {
  await custodian?.close();
  await bench?.close();
});

interface Given {
  readonly params?: Record<string, string>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

async function call(method: "GET" | "POST", handler: Handler, caller: Caller, given: Given = {}) {
  const { params = {}, body, idempotencyKey } = given;
  const isPost = method === "POST";
  const request = new Request("http://portal/confidential/keys", {
    method,
    headers: {
      authorization: `Bearer ${caller.key}`,
      ...(isPost ? { "content-type": "application/json" } : {}),
      ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
    },
    ...(isPost ? { body: JSON.stringify(body ?? {}) } : {}),
  });
  const response = await handler(request, { params: Promise.resolve(params) });
  return { status: response.status, json: await response.json() };
}

const codeOf = async (answer: ReturnType<typeof call>) => {
  const { status, json } = await answer;
  return `${status} ${json.code}`;
};

async function held(): Promise<{ id: string; holder: ReturnType<typeof createKeyHolder> }> {
  const holder = createKeyHolder();
  const { json } = await call("POST", postRegister, owner, { body: heldBy(holder, owner.participantId) });
  const proven = await call("POST", postProof, owner, {
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
  expect((await call("GET", getRecovery, owner, { params })).json).toEqual({ recovery: null });
  expect(await codeOf(call("GET", getRecovery, stranger, { params }))).toBe("403 access.forbidden");
  expect(await codeOf(call("GET", getRecovery, auditor, { params }))).toBe("403 access.forbidden");
  expect(await codeOf(call("POST", postWord, legal, { params }))).toBe("404 key.recovery-not-found");
  expect(await codeOf(call("POST", postRecovery, stranger, { params, body }))).toBe("403 access.forbidden");
  expect(await codeOf(call("POST", postRecovery, legal, { params, body }))).toBe("403 auth.scope");
  expect(await codeOf(call("POST", postRecovery, owner, { params: { id: uuidv7(1) }, body }))).toBe(
    "404 key.not-found",
  );
  for (const wrong of [{}, { ...body, old: "x" }, { ...body, reason: "" }]) {
    expect(await codeOf(call("POST", postRecovery, owner, { params, body: wrong }))).toBe(
      "422 request.invalid",
    );
  }
  const asked = await call("POST", postRecovery, owner, { params, body, idempotencyKey: "recovery-1" });
  expect(asked.status).toBe(201);
  expect(asked.json).toMatchObject({ state: "asked", transactions: 0, signatures_needed: 2 });
  expect(asked.json.receipt.signature).toContain("/receipt");
  const again = await call("POST", postRecovery, owner, { params, body, idempotencyKey: "recovery-1" });
  expect(again.json.recovery_id).toBe(asked.json.recovery_id);

  expect(await codeOf(call("POST", postWord, owner, { params }))).toBe("403 auth.scope");
  expect(await codeOf(call("POST", postWord, stranger, { params }))).toBe("403 access.forbidden");
  expect(await codeOf(call("POST", postChallenge, owner, { params }))).toBe("409 key.state");
  for (const person of [legal, approver]) {
    const seen = await call("GET", getRecovery, person, { params });
    expect(seen.json.recovery).toMatchObject({ awaits_me: true });
    expect((await call("POST", postWord, person, { params })).status).toBe(200);
  }
  const challenged = await call("POST", postChallenge, owner, { params });
  expect(challenged.status).toBe(201);
  expect(JSON.parse(challenged.json.challenge.context)).toMatchObject({
    actor: "escrow-custodian",
    key_id: asked.json.new_key.key_id,
  });
  const wrong = { client_tag: toBase64url(new Uint8Array(32)) };
  expect(await codeOf(call("POST", postBegin, stranger, { params, body: wrong }))).toBe(
    "403 access.forbidden",
  );
  const client_tag = next.answer(challenged.json.challenge);
  const begun = await call("POST", postBegin, owner, { params, body: { client_tag } });
  expect([begun.status, begun.json.state]).toEqual([202, "running"]);
  expect(await codeOf(call("POST", postRefusal, owner, { params, body: { reason: "late" } }))).toBe(
    "409 key.state",
  );
});
