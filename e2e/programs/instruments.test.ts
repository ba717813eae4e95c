import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { isDeep } from "@/lib/testing/scale";
import { InstrumentKind } from "@/lib/vocabulary";
import { people } from "../support/api";
import { demo } from "../support/instance";
import {
  approve,
  attachOrder,
  decide,
  fileRequest,
  newTransaction,
  orderFacts,
  text,
} from "../support/steps";

// Every kind of legal instrument from its upload to its disclosure and its end, and each refusal on the way.

const WEAK: readonly string[] = ["subpoena", "statutory_demand", "audit_mandate"];
const GROUPS = ["amount", "narrative"] as const;

/** Submits a transaction with a value that may identify a person. */
async function submitted(secret: string): Promise<string> {
  const { client456 } = people(demo());
  const mark = () => randomBytes(6).toString("hex");
  const body = newTransaction({ rate: mark(), unit: mark(), iban: mark(), memo: mark() });
  const answer = await client456.post("/confidential/transactions", { ...body, narrative: secret });
  expect(answer.status, answer.text).toBe(201);
  return text(answer, "transaction_id");
}

const orderOf = (kind: InstrumentKind) => ({ ...orderFacts(), kind });

for (const kind of isDeep ? InstrumentKind.options : (["court_order", "subpoena"] as const)) {
  test(`under ${kind} a request is filed, approved by two people, opened within its limits, and ended`, async () => {
    const who = people(demo());
    const secret = `narrative-${randomBytes(12).toString("hex")}`;
    const id = await submitted(secret);
    const facts = orderOf(kind);
    const requestId = await fileRequest(who.regulator, id, facts, { fields: GROUPS });
    const audit = (body: object, by = who.regulator) =>
      by.post(`/confidential/transactions/${id}/audit`, body);

    // Before any decision; by a role that cannot decide; by the requester.
    expect((await audit({ purpose: "audit" })).status).toBe(403);
    for (const caller of [who.regulator, who.coordinator, who.support, who.client456])
      expect([403, 404]).toContain((await decide(caller, requestId, "legal", facts)).status);

    const grantId = await approve(who, requestId, facts);
    const opened = await audit({ purpose: "audit", grant_id: grantId });
    expect(opened.status, opened.text).toBe(200);
    expect(opened.json.data).toMatchObject({ amount: "1000", currency: "USD" });
    // Weaker instruments mask what may identify a person. The custodian does this, not the portal.
    expect(opened.text.includes(secret)).toBe(!WEAK.includes(kind));

    const refused = async (body: object, code: string, by = who.regulator) => {
      const answer = await audit({ purpose: "audit", grant_id: grantId, ...body }, by);
      expect(answer.status, answer.text).toBe(403);
      expect(answer.json.code).toBe(code);
    };
    await refused({ fields: ["settlement_details"] }, "access.groups");
    await refused({ purpose: "compliance" }, "access.purpose");
    await refused({}, "access.no-grant", who.auditor);

    const ended = await who.coordinator.post(`/confidential/access/grants/${grantId}/revoke`, {
      reason: "The order was lifted",
    });
    expect(ended.status, ended.text).toBe(200);
    await refused({}, "access.no-grant");
  });
}

test("an order that ends before it begins, or has ended, cannot carry a request", async () => {
  const { regulator } = people(demo());
  const id = await submitted("dates");
  const draft = await regulator.post("/confidential/access/requests", {
    purpose: "audit",
    justification: "Dates",
    transactions: [id],
    fields: ["amount"],
  });
  const requestId = text(draft, "id");
  const day = (offset: number) =>
    new Date(Date.now() + offset * 86_400_000).toISOString().replace(/\.\d+Z$/, "Z");
  const form = new FormData();
  form.set("facts", JSON.stringify({ ...orderFacts(), valid_from: day(3), valid_until: day(1) }));
  form.set("document", new File(["%PDF-1.4\n%%EOF\n"], "order.pdf", { type: "application/pdf" }));
  const path = `/confidential/access/requests/${requestId}`;
  const reversed = await regulator.send(`${path}/authorizations`, { method: "POST", body: form });
  expect([400, 415, 422], reversed.text).toContain(reversed.status);
  await attachOrder(regulator, requestId, { ...orderFacts(), valid_from: day(-9), valid_until: day(-2) });
  const late = await regulator.post(`${path}/submit`);
  expect(late.status, late.text).toBe(422);
  expect(late.json.code).toBe("authorization.invalid");
});
