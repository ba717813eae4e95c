import { createHash, randomBytes } from "node:crypto";
import { expect } from "@playwright/test";
import { type Answer, type Caller, type People, pdf } from "./api";

/** Returns random canary values, so that a scan of the data folder cannot find them by chance. */
export function canaries() {
  const mark = () => randomBytes(12).toString("hex");
  return { rate: `rate-${mark()}`, unit: `unit-${mark()}`, iban: `iban-${mark()}`, memo: `memo-${mark()}` };
}

export type Canaries = ReturnType<typeof canaries>;

/** Returns a confidential transaction of client-456 and miner-789 with these canary values. */
export function newTransaction(secret: Canaries) {
  return {
    job_id: "job-123",
    amount: "1000",
    currency: "USD",
    pricing: { rate: secret.rate, unit: secret.unit },
    settlement_details: { iban: secret.iban, memo: secret.memo },
    participants: ["client-456", "miner-789"],
    confidential: true,
  };
}

/** Returns a text member of an answer. Throws if it is missing. */
export function text(answer: Answer, member: string): string {
  const value = answer.json[member];
  if (typeof value !== "string") throw new Error(`no text ${member} in ${answer.status} ${answer.text}`);
  return value;
}

/** Submits a new transaction and returns its id. */
export async function submitTransaction(who: Caller, secret: Canaries): Promise<string> {
  const answer = await who.post("/confidential/transactions", newTransaction(secret));
  expect(answer.status, answer.text).toBe(201);
  return text(answer, "transaction_id");
}

/** Returns the facts of a court order that is valid now, with a random case number. */
export const orderFacts = () => ({
  issuer: "Landgericht Berlin",
  jurisdiction: "DE",
  kind: "court_order",
  case_number: `18 O ${randomBytes(3).toString("hex")}/26`,
  valid_from: new Date(Date.now() - 86_400_000).toISOString().replace(/\.\d+Z$/, "Z"),
  valid_until: new Date(Date.now() + 20 * 86_400_000).toISOString().replace(/\.\d+Z$/, "Z"),
});

export type OrderFacts = ReturnType<typeof orderFacts>;

/** Returns the facts of an order that an approver retypes. */
export const confirmsOf = (facts: OrderFacts) => ({
  issuer: facts.issuer,
  case_number: facts.case_number,
  valid_from: facts.valid_from,
  valid_until: facts.valid_until,
});

/** Attaches an order as PDF to a request, and checks the digest in the answer. */
export async function attachOrder(who: Caller, requestId: string, facts: OrderFacts) {
  const document = pdf(`Order ${facts.case_number}`);
  const form = new FormData();
  form.set("facts", JSON.stringify(facts));
  form.set("document", new File([new Uint8Array(document)], "order.pdf", { type: "application/pdf" }));
  const answer = await who.send(`/confidential/access/requests/${requestId}/authorizations`, {
    method: "POST",
    body: form,
  });
  expect(answer.status, answer.text).toBe(201);
  expect(answer.json.document).toMatchObject({
    sha256: createHash("sha256").update(document).digest("base64url"),
    bytes: document.length,
    media_type: "application/pdf",
  });
  return answer;
}

export interface Filing {
  readonly fields?: readonly string[];
  readonly until?: string;
  readonly maxViews?: number;
}

/** Does the regulator's part: files a request, attaches the order and submits. */
export async function fileRequest(
  who: Caller,
  transactionId: string,
  facts: OrderFacts,
  filing: Filing = {},
) {
  const filed = await who.post("/confidential/access/requests", {
    purpose: "audit",
    justification: "Examination of the settlement named in the order",
    transactions: [transactionId],
    fields: filing.fields ?? ["amount", "pricing"],
    ...(filing.until ? { until: filing.until } : {}),
    ...(filing.maxViews ? { max_views: filing.maxViews } : {}),
  });
  expect(filed.status, filed.text).toBe(201);
  expect(filed.json.state).toBe("draft");
  const requestId = text(filed, "id");
  await attachOrder(who, requestId, facts);
  const submitted = await who.post(`/confidential/access/requests/${requestId}/submit`);
  expect(submitted.status, submitted.text).toBe(200);
  expect(submitted.json.state).toBe("stage_1");
  return requestId;
}

/** Approves one stage of a request, with the retyped facts of its order. */
export function decide(who: Caller, requestId: string, stage: "legal" | "coordinator", facts: OrderFacts) {
  return who.post(`/confidential/access/requests/${requestId}/decisions`, {
    stage,
    decision: "approve",
    comment: "The order names this transaction",
    confirms: confirmsOf(facts),
  });
}

/** Approves both stages as the right people, and returns the id of the new grant. */
export async function approve(people: People, requestId: string, facts: OrderFacts): Promise<string> {
  const first = await decide(people.legal, requestId, "legal", facts);
  expect(first.status, first.text).toBe(200);
  const second = await decide(people.coordinator, requestId, "coordinator", facts);
  expect(second.status, second.text).toBe(200);
  expect(second.json.state).toBe("active");
  const grants = await people.regulator.get("/confidential/access/grants");
  const items = grants.json.items;
  if (!Array.isArray(items)) throw new Error(grants.text);
  const found: unknown = items.find((item) => item.request_id === requestId)?.id;
  if (typeof found !== "string") throw new Error(`no grant for ${requestId}: ${grants.text}`);
  return found;
}
