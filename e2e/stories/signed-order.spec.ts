import { generateKeyPairSync } from "node:crypto";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { at } from "../support/deciding";
import { deepUnless } from "../support/deep";
import { chooseFile, fillAsking, fillFacts, ORDER, SOON, savedDraft } from "../support/filing";
import { newTransaction, openForm } from "../support/filing-spec";
import { demo } from "../support/instance";
import { openFields } from "../support/opening";
import { visit } from "../support/page";
import { signedIn } from "../support/signed-in";
import { demoAuthority, jwsOf, keyOf, logOrigin } from "../support/signed-order";
import { pictures } from "../support/take-pictures";

// An order that its authority signed, from the regulator's form to the opened fields, and orders that do not pass.

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
});

const DAY_MS = 86_400_000;
const midnight = (offset: number): string =>
  `${new Date(Date.now() + offset * DAY_MS).toISOString().slice(0, 10)}T00:00:00Z`;
let made = 0;
const caseNumber = (): string => {
  made += 1;
  return `SMA ${made}-${String(Date.now()).slice(-6)}/26`;
};

async function orderFor(transaction: string, number: string) {
  const { issuer, jurisdiction } = demoAuthority();
  return {
    v: 1,
    aud: await logOrigin(),
    issuer,
    jurisdiction,
    kind: "statutory_demand",
    case_number: number,
    valid_from: midnight(-1),
    // Half-open: the day after the form's last day.
    valid_until: midnight(31),
    purpose: "compliance",
    fields: ["amount"],
    selector: { transactions: [transaction] },
  };
}

const fileOf = (jws: string) => ({
  name: "order.jws",
  mimeType: "application/jose",
  buffer: Buffer.from(jws),
});

/** Fills in the form without the signature. */
async function fill(page: Page, transaction: string, number: string): Promise<void> {
  await fillAsking(page, transaction, `Examination ${number}`);
  await fillFacts(page, { issuer: demoAuthority().issuer, caseNumber: number });
}

async function decideSigned(browser: Browser, handle: string, id: string): Promise<void> {
  const { page, faults } = await signedIn(browser, handle);
  await visit(page, at(`/requests/${id}`));
  await expect(page.getByText("The order has a valid signature")).toBeVisible();
  await expect(page.getByLabel("1 Issuer")).toHaveCount(0);
  await page.getByLabel("Reason, seen by the requester").fill("Signed, and it names this transaction");
  await page.getByRole("button", { name: "Approve as requested" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(dialog.getByText("Approved")).toBeVisible();
  expect(faults()).toEqual([]);
}

test("a signed order is filed with its document, approved by two people without retyping, and opened", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const { kid } = demoAuthority();
  const transaction = await newTransaction();
  const number = caseNumber();
  const { page, faults } = await openForm(browser);
  await fill(page, transaction, number);
  const jws = jwsOf(await orderFor(transaction, number), kid, keyOf(demoAuthority()));
  await chooseFile(page, ORDER);
  await chooseFile(page, fileOf(jws), "Add signature");
  await expect(page.getByText("Signature: order.jws")).toBeVisible(SOON);
  const id = await savedDraft(page);
  expect(await axeFindings(page)).toEqual([]);
  await pictures(page, "signed-order-form");
  await page.getByRole("button", { name: "Check answers" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Check answers" })).toBeVisible(SOON);
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Request submitted" })).toBeVisible(SOON);

  await decideSigned(browser, "coordinator-001:legal", id);
  await decideSigned(browser, "coordinator-001:approve", id);
  await page.goto(at(`/requests/${id}`));
  await expect(page.getByText("TOTAL-PASSED").first()).toBeVisible();
  await pictures(page, "signed-order-request");
  await page.getByRole("link", { name: "View grant" }).first().click();
  await page.getByRole("main").getByRole("link", { name: "job-123" }).first().click();
  await openFields(page);
  await expect(page.getByText("1,000 USD")).toBeVisible();

  // The reviewer suspends the order, and what is open goes blank at once.
  const reviewer = await signedIn(browser, "coordinator-001:legal");
  await reviewer.page.goto(at(`/requests/${id}`));
  await reviewer.page.getByRole("button", { name: "Suspend legal authority" }).click();
  const dialog = reviewer.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Suspend legal authority" }).click();
  await expect(dialog.getByText("Enter the reason")).toBeVisible();
  await dialog.getByLabel("Reason").fill("The court has stayed it");
  expect(await axeFindings(reviewer.page)).toEqual([]);
  await pictures(reviewer.page, "suspend-authority");
  await dialog.getByRole("button", { name: "Suspend legal authority" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText("1,000 USD")).toHaveCount(0);
  await expect(reviewer.page.getByRole("button", { name: "Suspend legal authority" })).toHaveCount(0);
  const again = await people(demo()).regulator.post(`/confidential/transactions/${transaction}/audit`, {
    purpose: "compliance",
  });
  expect([again.status, again.json.code]).toEqual([403, "access.no-grant"]);
  expect([...faults(), ...reviewer.faults()]).toEqual([]);
});

test("a signed order alone is filed where documents are dropped: no document is needed @deep", async ({
  browser,
}) => {
  const { kid } = demoAuthority();
  const transaction = await newTransaction();
  const number = caseNumber();
  const { page, faults } = await openForm(browser);
  await fill(page, transaction, number);
  await page.getByRole("button", { name: "Check answers" }).click();
  await expect(page.getByRole("link", { name: /^Add the legal authority: its document/ })).toBeVisible();
  // A signature over a document needs the document.
  await chooseFile(page, { ...fileOf("x"), name: "order.p7s" }, "Add signature");
  await expect(page.getByRole("link", { name: /^Add the legal authority: its document/ })).toBeVisible();
  await page.getByRole("button", { name: "Remove signature" }).click();

  const jws = jwsOf(await orderFor(transaction, number), kid, keyOf(demoAuthority()));
  await chooseFile(page, fileOf(jws));
  await expect(page.getByText("Signature: order.jws")).toBeVisible(SOON);
  await expect(page.getByText("The signed order is enough.", { exact: false })).toBeVisible();
  await expect(page.getByText("Already on the server.")).toBeVisible(SOON);
  const id = await savedDraft(page);
  expect(await axeFindings(page)).toEqual([]);
  await pictures(page, "signed-order-alone");
  // After a reload the form shows what the server has, and has no open question.
  await page.reload();
  await expect(page.getByText("Already on the server.")).toBeVisible(SOON);
  await page.getByRole("button", { name: "Check answers" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Check answers" })).toBeVisible(SOON);
  await expect(page.getByText("None: the order itself is signed (JWS)")).toBeVisible();
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Request submitted" })).toBeVisible(SOON);
  await decideSigned(browser, "coordinator-001:legal", id);
  await decideSigned(browser, "coordinator-001:approve", id);
  await page.goto(at(`/requests/${id}`));
  await expect(page.getByText("TOTAL-PASSED").first()).toBeVisible();
  expect(faults()).toEqual([]);
});

const WRONG = [
  ["by an unregistered key", "stranger"],
  ["altered after it was signed", "altered"],
  ["for another log", "log"],
  ["for another record", "scope"],
] as const;

for (const [what, way] of WRONG) {
  test(`an order signed ${what} cannot carry a request${deepUnless(way, "stranger")}`, async () => {
    const { regulator } = people(demo());
    const authority = demoAuthority();
    const [transaction, other] = [await newTransaction(), await newTransaction()];
    const order = await orderFor(way === "scope" ? other : transaction, caseNumber());
    const stranger = generateKeyPairSync("ed25519").privateKey;
    const key = way === "stranger" ? stranger : keyOf(authority);
    const jws = jwsOf(
      { ...order, ...(way === "log" ? { aud: "other.example/log" } : {}) },
      authority.kid,
      key,
    );
    const [header, , signature] = jws.split(".");
    const altered = Buffer.from(JSON.stringify({ ...order, case_number: "X" })).toString("base64url");
    const created = await regulator.post("/confidential/access/requests", {
      purpose: "compliance",
      justification: "Examination",
      transactions: [transaction],
      fields: ["amount"],
    });
    const path = `/confidential/access/requests/${String(created.json.id)}`;
    const form = new FormData();
    const { issuer, jurisdiction, kind, case_number, valid_from, valid_until } = order;
    form.set("facts", JSON.stringify({ issuer, jurisdiction, kind, case_number, valid_from, valid_until }));
    const sent = way === "altered" ? [header, altered, signature].join(".") : jws;
    form.set("jws", new File([sent], "order.jws", { type: "application/jose" }));
    const attached = await regulator.send(`${path}/authorizations`, { method: "POST", body: form });
    const submitted = await regulator.post(`${path}/submit`);
    expect(attached.status === 201 ? submitted.status : attached.status, submitted.text).toBe(422);
    expect((await regulator.get(path)).json.state).toBe("draft");
  });
}

test("only a reviewer of another organisation ends an order, by page and by API @deep", async ({
  browser,
}) => {
  const who = people(demo());
  const transaction = await newTransaction();
  const order = await orderFor(transaction, caseNumber());
  const created = await who.regulator.post("/confidential/access/requests", {
    purpose: "compliance",
    justification: "Examination",
    transactions: [transaction],
    fields: ["amount"],
  });
  const id = String(created.json.id);
  const path = `/confidential/access/requests/${id}`;
  const form = new FormData();
  const { issuer, jurisdiction, kind, case_number, valid_from, valid_until } = order;
  form.set("facts", JSON.stringify({ issuer, jurisdiction, kind, case_number, valid_from, valid_until }));
  const jws = jwsOf(order, demoAuthority().kid, keyOf(demoAuthority()));
  form.set("jws", new File([jws], "order.jws", { type: "application/jose" }));
  const attached = await who.regulator.send(`${path}/authorizations`, { method: "POST", body: form });
  expect(attached.status).toBe(201);
  expect((await who.regulator.post(`${path}/submit`)).status).toBe(200);
  const authorization = String(Reflect.get(Object((await who.legal.get(path)).json.authorization), "id"));
  const suspensions = `${path}/authorizations/${authorization}/suspensions`;
  for (const caller of [who.regulator, who.support, who.executive, who.client456, who.auditor])
    expect([403, 404]).toContain((await caller.post(suspensions, { reason: "Mine" })).status);
  const { page } = await signedIn(browser, "regulator-001");
  await page.goto(at(`/requests/${id}`));
  await expect(page.getByText(case_number).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Suspend legal authority" })).toHaveCount(0);
});
