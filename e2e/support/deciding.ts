import { type Browser, expect, type Locator, type Page } from "@playwright/test";
import { makeOrderPdf } from "../../lib/seed/court-order";
import { type Caller, people } from "./api";
import { demo } from "./instance";
import { signedIn } from "./signed-in";
import { canaries, submitTransaction, text } from "./steps";

// Shared by the stories about deciding: an order on paper, a request filed with it, and the decider's page.

export const LEGAL = "coordinator-001:legal";
export const APPROVER = "coordinator-001:approve";
export const SECOND = "coordinator-001:approve-2";
export const DAY_MS = 86_400_000;

/** Closes every context after a test: each open page holds a stream of changes, and a person may have only a few. */
export async function closeContexts({ browser }: { readonly browser: Browser }): Promise<void> {
  for (const context of browser.contexts()) await context.close();
}

export const at = (path: string): string => new URL(path, demo().base_url).href;
export const dayOf = (days: number): string =>
  new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

export interface Order {
  readonly issuer: string;
  readonly case_number: string;
  readonly valid_from: string;
  readonly valid_until: string;
}

let filed = 0;

export function newOrder(): Order {
  filed += 1;
  const number = `MSO ${filed}-${String(Date.now()).slice(-6)}/26`;
  return {
    issuer: "Market Supervision Office",
    case_number: number,
    valid_from: dayOf(-1),
    valid_until: dayOf(24),
  };
}

/** Returns the order on paper. What the officer types of it may differ. */
export function paper(order: Order): Uint8Array {
  return makeOrderPdf({
    title: "Demand for information",
    lines: [
      `The ${order.issuer} requires access.`,
      `Case ${order.case_number}, of ${order.valid_from}.`,
      `This demand is valid until ${order.valid_until}.`,
    ],
  });
}

export const pdfOf = (order: Order): File =>
  new File([Buffer.from(paper(order))], "order.pdf", { type: "application/pdf" });

/** Drafts a request with its order and submits it, and returns the answer. */
export async function fileAs(
  who: Caller,
  order: Order,
  typed: Partial<Order> = {},
  document: File = pdfOf(order),
): Promise<{ id: string; submitted: Awaited<ReturnType<Caller["post"]>> }> {
  const transaction = await submitTransaction(people(demo()).client456, canaries());
  const asked = {
    purpose: "audit",
    justification: "Examination of the settlement",
    transactions: [transaction],
  };
  const created = await who.post("/confidential/access/requests", {
    ...asked,
    fields: ["amount", "pricing", "parties"],
  });
  expect(created.status, created.text).toBe(201);
  const id = text(created, "id");
  const form = new FormData();
  form.set("facts", JSON.stringify({ ...order, ...typed, kind: "statutory_demand", jurisdiction: "DE" }));
  form.set("document", document);
  const path = `/confidential/access/requests/${id}`;
  const attached = await who.send(`${path}/authorizations`, { method: "POST", body: form });
  expect(attached.status).toBe(201);
  return { id, submitted: await who.post(`${path}/submit`) };
}

/** Files a request as an officer: the paper's text, and what the officer typed of it. */
export async function fileWith(
  who: Caller,
  order: Order,
  typed: Partial<Order> = {},
  document: File = pdfOf(order),
): Promise<string> {
  const { id, submitted } = await fileAs(who, order, typed, document);
  expect(submitted.json.state, submitted.text).toBe("stage_1");
  return id;
}

export const file = (order: Order, typed?: Partial<Order>): Promise<string> =>
  fileWith(people(demo()).regulator, order, typed);

/** Approves the first stage through the API, as the legal reviewer. */
export async function passLegal(id: string, order: Order, narrowing: object = {}): Promise<void> {
  const { issuer, case_number, valid_from, valid_until } = order;
  const confirms = { issuer, case_number, valid_from, valid_until };
  const body = { stage: "legal", decision: "approve", comment: "Read and compared", confirms, ...narrowing };
  const answer = await people(demo()).legal.post(`/confidential/access/requests/${id}/decisions`, body);
  expect(answer.status, answer.text).toBe(200);
}

export async function open(browser: Browser, handle: string, id: string) {
  const watched = await signedIn(browser, handle);
  await watched.page.goto(at(`/requests/${id}`));
  await expect(watched.page.getByRole("heading", { level: 1 })).toContainText(/^Request of .+ for /);
  await expect(watched.page.getByText(/^Statutory demand, 1 transaction,/)).toBeVisible();
  return watched;
}

export const scope = (page: Page): Locator => page.getByRole("table", { name: "Scope of the request" });
export const panel = (page: Page): Locator => page.getByRole("complementary");

export async function read(page: Page, order: Order): Promise<void> {
  await page.getByLabel("1 Issuer").fill(order.issuer);
  await page.getByLabel("2 Case number").fill(order.case_number);
  await page.getByLabel("3 Valid from").fill(order.valid_from);
  await page.getByLabel("4 Valid until").fill(order.valid_until);
  // Leaving the last field stores the reading; then the facts on record are shown.
  await page.getByLabel("4 Valid until").press("Tab");
  await expect(page.getByText("The facts are compared when you have typed all four.")).toHaveCount(0);
  await expect(page.getByText("Comparing the facts")).toHaveCount(0);
}
