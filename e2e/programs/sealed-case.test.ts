import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { type Caller, type Demo, people, readDemo } from "../support/api";
import { attachOrder, canaries, decide, orderFacts, submitTransaction, text } from "../support/steps";

// A case under seal, from filing to its end, as seen by people who may not know of it. Every answer is the same to the byte, and a request
// by the case's ids is answered like one for unknown ids. It runs on its own instance, so no other test acts there.
const UNKNOWN_ID = "01a00000-0000-7000-8000-000000000000";
let instance: RunningInstance;
let demo: Demo;
beforeAll(async () => {
  instance = await startInstance({});
  demo = readDemo(instance.dataDir);
});
afterAll(() => instance?.stop());

/** Returns an answer without the parts that always differ: which call it was, and the address of the request. */
function shown(answer: { readonly status: number; readonly text: string }, id: string): string {
  return `${answer.status} ${answer.text}`.replace(/"request_id":"[^"]*"/, "").replaceAll(id, "ID");
}

const lists = (transaction: string, caseNumber: string): readonly string[] => [
  "/confidential/access/requests",
  "/confidential/access/requests?view=all",
  `/confidential/access/requests?view=all&case_number=${encodeURIComponent(caseNumber)}`,
  "/confidential/access/grants",
  "/confidential/access/preservations",
  "/confidential/access/break-glass",
  "/confidential/access/releases",
  "/confidential/transparency",
  `/confidential/transactions/${transaction}`,
  `/confidential/audit/events?subject=transaction:${transaction}&action=request.create`,
  "/confidential/audit/events?action=grant.create",
  "/confidential/audit/events?action=authorization.attach",
];

async function answers(who: Caller, paths: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  for (const path of paths) all.push(`${path} ${shown(await who.get(path), UNKNOWN_ID)}`);
  return all;
}

test("a sealed case changes no answer for another agency, an outsider or support, and its ids answer as unknown", async () => {
  const who = people(demo);
  const id = await submitTransaction(who.client456, canaries());
  const facts = { ...orderFacts(), sealed: { basis: "§ 174 GVG", until: orderFacts().valid_until } };
  const outsiders = {
    auditor: who.auditor,
    support: who.support,
    client: who.client456,
    miner: who.miner789,
  };
  const paths = lists(id, facts.case_number);
  const before = new Map<string, string[]>();
  for (const [name, caller] of Object.entries(outsiders)) before.set(name, await answers(caller, paths));
  const same = async () => {
    for (const [name, caller] of Object.entries(outsiders))
      expect(await answers(caller, paths), name).toEqual(before.get(name));
  };

  const filed = await who.regulator.post("/confidential/access/requests", {
    purpose: "audit",
    justification: "Sealed",
    transactions: [id],
    fields: ["amount"],
  });
  const requestId = text(filed, "id");
  await same();
  const { json: authorization } = await attachOrder(who.regulator, requestId, facts);
  await who.regulator.post(`/confidential/access/requests/${requestId}/submit`);
  await same();
  expect((await decide(who.legal, requestId, "legal", facts)).status).toBe(200);
  expect((await decide(who.coordinator, requestId, "coordinator", facts)).json.state).toBe("active");
  const { json } = await who.regulator.get("/confidential/access/grants");
  const grants = Array.isArray(json.items) ? json.items : [];
  const grantId = String(grants.find((grant) => grant.request_id === requestId)?.id);
  const opened = await who.regulator.post(`/confidential/transactions/${id}/audit`, {
    purpose: "audit",
    grant_id: grantId,
  });
  expect(opened.status, opened.text).toBe(200);
  await same();

  const hidden = [
    [`/confidential/access/requests/${requestId}`, requestId],
    [`/confidential/access/requests/${requestId}/review`, requestId],
    [`/confidential/access/requests/${requestId}/releases`, requestId],
    [`/confidential/access/grants/${grantId}`, grantId],
    [
      `/confidential/access/requests/${requestId}/authorizations/${String(authorization.id)}/document`,
      requestId,
    ],
  ] as const;
  for (const [name, caller] of Object.entries(outsiders)) {
    for (const [path, own] of hidden) {
      const real = shown(await caller.get(path), own);
      expect(real, `${name} ${path}`).toBe(
        shown(await caller.get(path.replace(own, UNKNOWN_ID)), UNKNOWN_ID),
      );
      expect(real).toMatch(/^40[34] /);
    }
    const acts = [
      [
        `/confidential/access/requests/${requestId}/decisions`,
        requestId,
        { stage: "legal", decision: "deny", comment: "no" },
      ],
      [`/confidential/access/requests/${requestId}/comments`, requestId, { comment: "no" }],
      [`/confidential/access/grants/${grantId}/revoke`, grantId, { reason: "no" }],
    ] as const;
    for (const [path, own, body] of acts) {
      const real = shown(await caller.post(path, body), own);
      expect(real, `${name} ${path}`).toBe(
        shown(await caller.post(path.replace(own, UNKNOWN_ID), body), UNKNOWN_ID),
      );
      expect(real).toMatch(/^40[34] /);
    }
  }
  const ended = await who.coordinator.post(`/confidential/access/grants/${grantId}/revoke`, {
    reason: "lifted",
  });
  expect(ended.status, ended.text).toBe(200);
  await same();
});
