import { type Browser, expect, type Locator, type Page, test } from "@playwright/test";
import { formatTime } from "../lib/format";
import { makeOrderPdf } from "../lib/seed/court-order";
import { asSuperuser } from "./support/admin";
import { type Caller, people } from "./support/api";
import { axeFindings } from "./support/axe";
import { dataDir, demo } from "./support/instance";
import { openPage, withoutStream } from "./support/page";
import { signedIn } from "./support/signed-in";
import { canaries, submitTransaction, text } from "./support/steps";

// Two people decide on a paper order: they read it, retype it, narrow, ask, deny, and get in each other's way.

const LEGAL = "coordinator-001:legal";
const APPROVER = "coordinator-001:approve";
const SECOND = "coordinator-001:approve-2";
const DAY_MS = 86_400_000;

const at = (path: string): string => new URL(path, demo().base_url).href;
const dayOf = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

interface Order {
  readonly issuer: string;
  readonly case_number: string;
  readonly valid_from: string;
  readonly valid_until: string;
}

let filed = 0;

// Each open page holds a stream of changes, and a person may hold only so many.
test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
});

function newOrder(): Order {
  filed += 1;
  const number = `MSO ${filed}-${String(Date.now()).slice(-6)}/26`;
  return {
    issuer: "Market Supervision Office",
    case_number: number,
    valid_from: dayOf(-1),
    valid_until: dayOf(24),
  };
}

/** The order on paper; what the officer types of it may differ. */
function paper(order: Order): Uint8Array {
  return makeOrderPdf({
    title: "Demand for information",
    lines: [
      `The ${order.issuer} requires access.`,
      `Case ${order.case_number}, of ${order.valid_from}.`,
      `This demand is valid until ${order.valid_until}.`,
    ],
  });
}

const pdfOf = (order: Order): File =>
  new File([Buffer.from(paper(order))], "order.pdf", { type: "application/pdf" });

/** Draws up a request with its order and submits it, whatever comes of that. */
async function fileAs(
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

/** An officer files: what stands on paper, and what was typed of it. */
async function fileWith(
  who: Caller,
  order: Order,
  typed: Partial<Order> = {},
  document: File = pdfOf(order),
): Promise<string> {
  const { id, submitted } = await fileAs(who, order, typed, document);
  expect(submitted.json.state, submitted.text).toBe("stage_1");
  return id;
}

const file = (order: Order, typed?: Partial<Order>): Promise<string> =>
  fileWith(people(demo()).regulator, order, typed);

/** The first stage, passed through the API by the legal reviewer. */
async function passLegal(id: string, order: Order, narrowing: object = {}): Promise<void> {
  const { issuer, case_number, valid_from, valid_until } = order;
  const confirms = { issuer, case_number, valid_from, valid_until };
  const body = { stage: "legal", decision: "approve", comment: "Read and compared", confirms, ...narrowing };
  const answer = await people(demo()).legal.post(`/confidential/access/requests/${id}/decisions`, body);
  expect(answer.status, answer.text).toBe(200);
}

async function open(browser: Browser, handle: string, id: string) {
  const watched = await signedIn(browser, handle);
  await watched.page.goto(at(`/requests/${id}`));
  await expect(watched.page.getByRole("heading", { level: 1 })).toContainText("Market Supervision Office");
  return watched;
}

const scope = (page: Page): Locator => page.getByRole("table", { name: "Scope of the request" });
const panel = (page: Page): Locator => page.getByRole("complementary");

async function read(page: Page, order: Order): Promise<void> {
  await page.getByLabel("1 Issuer").fill(order.issuer);
  await page.getByLabel("2 Case number").fill(order.case_number);
  await page.getByLabel("3 Valid from").fill(order.valid_from);
  await page.getByLabel("4 Valid until").fill(order.valid_until);
}

/** Reaches a control by the keyboard alone, and says how many keys it took. */
async function tabTo(page: Page, control: Locator): Promise<number> {
  for (let pressed = 0; pressed < 150; pressed += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return pressed;
    await page.keyboard.press("Tab");
  }
  throw new Error("the control is not reached by the keyboard");
}

test("two deciders approve by keyboard alone; the first reading stays covered; access comes into force", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  for (const handle of [LEGAL, APPROVER]) {
    const { page, faults } = await open(browser, handle, id);
    await expect(page.getByText("The page’s text says all four facts")).toBeVisible();
    let answers = 0;
    for (const [label, words] of [
      ["1 Issuer", order.issuer],
      ["2 Case number", order.case_number],
      ["3 Valid from", order.valid_from],
      ["4 Valid until", order.valid_until],
      ["Reason, seen by the officer", "The order was read. Nothing stands against it: a, n, d."],
    ] as const) {
      await tabTo(page, page.getByLabel(label, { exact: true }));
      // Letters that are keys of the panel are text while somebody types.
      await page.keyboard.type(words);
      answers += 1;
    }
    await expect(panel(page).getByText("Match", { exact: true })).toHaveCount(4);
    if (handle === APPROVER) {
      await expect(page.getByText("reading stays covered until you sign", { exact: false })).toBeVisible();
    }
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("a");
    const dialog = page.getByRole("dialog", { name: /^Approve AR-/ });
    await expect(dialog.getByText("Amount, Parties, Pricing")).toBeVisible();
    await dialog.getByText("The exact text that is signed").click();
    await expect(dialog.getByText(/^sealport\/decision\/1/)).toContainText(`"request":"${id}"`);
    expect(await axeFindings(page)).toEqual([]);
    await tabTo(page, dialog.getByRole("button", { name: "Approve", exact: true }));
    await page.keyboard.press("Enter");
    await expect(dialog.getByText("Approved", { exact: true }).first()).toBeVisible();
    await tabTo(page, dialog.getByRole("button", { name: "Close", exact: true }).last());
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Approve as asked" })).toHaveCount(0);
    console.log(`${handle} decides by keyboard: ${answers} typed answers, 3 keys`);
    expect(faults()).toEqual([]);
  }
  const view = await people(demo()).regulator.get(`/confidential/access/requests/${id}`);
  expect(view.json.state).toBe("active");
});

test("an order that ends before the officer’s date is granted until its own end, by narrowing", async ({
  browser,
}) => {
  const order = { ...newOrder(), valid_until: dayOf(10) };
  const id = await file(order, { valid_until: dayOf(14) });
  const until = `${new Date(Date.parse(order.valid_until) + DAY_MS).toISOString().slice(0, 19)}Z`;
  for (const handle of [LEGAL, APPROVER]) {
    const { page, faults } = await open(browser, handle, id);
    await read(page, order);
    await page
      .getByLabel("Reason, seen by the officer")
      .fill("The order ends then, and access ends with it.");
    if (handle === LEGAL) {
      await expect(page.getByText("access would outlive the order by 4 days")).toBeVisible();
      await expect(page.getByRole("button", { name: "Approve as asked" })).toBeDisabled();
      await page.getByRole("button", { name: "Narrow it" }).click();
      await page.getByRole("checkbox", { name: "Parties" }).uncheck();
      await page.getByLabel("Views", { exact: true }).fill("3");
      await page.getByLabel("Views", { exact: true }).press("Escape");
      await page.keyboard.press("n");
      const dialog = page.getByRole("dialog", { name: /^Narrow AR-/ });
      await expect(dialog.getByText("Amount, Pricing")).toBeVisible();
      await dialog.getByRole("button", { name: "Narrow", exact: true }).click();
      await expect(dialog.getByText("Narrowed", { exact: true }).first()).toBeVisible();
    } else {
      // What the first took away stays before the second one's eyes, and nothing says that it is as asked.
      await expect(panel(page).getByText("Parties", { exact: true })).toHaveCSS(
        "text-decoration-line",
        "line-through",
      );
      await expect(panel(page).getByText("taken away by Lena Hartmann")).toBeVisible();
      await expect(scope(page).getByRole("columnheader", { name: "Now" })).toBeVisible();
      await expect(scope(page).getByText("lowered by Lena Hartmann")).toBeVisible();
      await expect(scope(page).getByText("shortened by Lena Hartmann")).toBeVisible();
      await expect(page.getByRole("button", { name: "Approve as asked" })).toHaveCount(0);
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole("button", { name: "Approve as narrowed by Lena Hartmann" }).click();
      const dialog = page.getByRole("dialog", { name: /^Approve AR-\S+ as narrowed by Lena Hartmann$/ });
      await dialog.getByRole("button", { name: "Approve", exact: true }).click();
      await expect(dialog.getByText("Approved", { exact: true }).first()).toBeVisible();
    }
    expect(faults()).toEqual([]);
  }
  const { regulator } = people(demo());
  const view = await regulator.get(`/confidential/access/requests/${id}`);
  const grant = await regulator.get(`/confidential/access/grants/${text(view, "grant_id")}`);
  expect(grant.json).toMatchObject({ fields: ["amount", "pricing"], not_after: until, max_views: 3 });
  expect(view.json.fields).toEqual(["amount", "pricing", "parties"]);
  const { page } = await open(browser, "regulator-001", id);
  await expect(page.getByRole("heading", { name: "Asked and granted" })).toBeVisible();
  await expect(page.getByText("Legal review: narrowed by Lena Hartmann")).toBeVisible();
  await expect(scope(page).getByText("taken away by Lena Hartmann")).toBeVisible();
  const asked = scope(page).getByRole("row", { name: /^Fields/ });
  await expect(asked.getByRole("cell")).toContainText(["Amount, Pricing, Parties", "Amount, Pricing"]);
});

test("what was taken away stays on the officer’s page after a denial, which leads to a new request", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  await passLegal(id, order, { scope: { fields: ["amount", "pricing"] } });
  const body = { stage: "coordinator", decision: "deny", comment: "The annex is missing." };
  const { coordinator, legal } = people(demo());
  expect((await coordinator.post(`/confidential/access/requests/${id}/decisions`, body)).status).toBe(200);
  const word = "It was on page two.";
  await legal.post(`/confidential/access/requests/${id}/comments`, { comment: word });

  const { page, faults } = await open(browser, "regulator-001", id);
  await expect(scope(page).getByRole("columnheader", { name: "Left at the end" })).toBeVisible();
  await expect(scope(page).getByText("taken away by Lena Hartmann")).toBeVisible();
  await expect(page.getByRole("region", { name: /^Comments/ }).getByText(word)).toBeVisible();
  await expect(panel(page).getByText("What was missing", { exact: true })).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await panel(page).getByRole("link", { name: "New request from this one" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "New request" })).toBeVisible();
  await expect(page.getByText("What was missing: The annex is missing.")).toBeVisible();
  await expect(page.getByLabel("Reason")).toHaveValue("Examination of the settlement");
  await expect(page.getByLabel("Case number")).toHaveValue(order.case_number);
  await expect(page.getByLabel("Valid until")).toHaveValue(order.valid_until);
  for (const field of ["Amount", "Pricing", "Parties"])
    await expect(page.getByRole("checkbox", { name: field })).toBeChecked();
  expect(await axeFindings(page)).toEqual([]);
  expect(faults()).toEqual([]);

  // Nobody begins one from what is not theirs: a decider is shown the request itself.
  const decider = await signedIn(browser, "auditor-001");
  await decider.page.goto(at(`/requests/new?from=${id}`));
  await expect(decider.page.getByRole("heading", { level: 1 })).toHaveText("There is nothing here for you");
});

test("a question stops the clock; the officer answers in the browser; a denial shows its reason", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  const { page: legal } = await open(browser, LEGAL, id);
  await legal.getByLabel("Reason, seen by the officer").fill("Which annex names the transactions?");
  await legal.getByRole("button", { name: "Ask", exact: true }).click();
  await legal.getByRole("dialog").getByRole("button", { name: "Send the question" }).click();
  await expect(legal.getByRole("dialog").getByText("Asked", { exact: true }).first()).toBeVisible();

  const { page: officer, faults } = await open(browser, "regulator-001", id);
  await expect(officer.getByText("Which annex names the transactions?").first()).toBeVisible();
  await expect(panel(officer).getByText("Clock paused since")).toBeVisible();
  await officer.goto(at("/"));
  await expect(officer.getByText("Clock paused").first()).toBeVisible();
  await officer.goto(at(`/requests/${id}`));
  expect(await axeFindings(officer)).toEqual([]);
  await officer.getByLabel("Your answer").fill("Annex A, on its second page.");
  await officer.getByRole("button", { name: "Answer", exact: true }).click();
  await expect(officer.getByText("A question waits for you")).toHaveCount(0);
  await expect(officer.getByText("Silence is not refusal", { exact: false })).toBeVisible();

  await legal.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).last().click();
  // The page hears of the answer by itself.
  await expect(legal.getByText("Annex A, on its second page.")).toBeVisible();
  await legal.getByLabel("Reason, seen by the officer").fill("Annex A names another case.");
  await legal.getByLabel("Reason, seen by the officer").press("Escape");
  await legal.keyboard.press("d");
  await legal
    .getByRole("dialog", { name: /^Deny AR-/ })
    .getByRole("button", { name: "Deny", exact: true })
    .click();
  await expect(legal.getByRole("dialog").getByText("Denied", { exact: true }).first()).toBeVisible();
  await expect(officer.getByText("Lena Hartmann denied it")).toBeVisible();
  await expect(officer.getByText("Annex A names another case.").first()).toBeVisible();
  expect(faults()).toEqual([]);
});

test("who may not decide sees why, or nothing at all", async ({ browser }) => {
  const order = newOrder();
  const id = await file(order);
  const { page: approver } = await open(browser, APPROVER, id);
  await expect(panel(approver).getByText("decided with a duty that you do not hold")).toBeVisible();
  await expect(approver.getByRole("button", { name: "Approve as asked" })).toHaveCount(0);
  await approver.keyboard.press("a");
  await expect(approver.getByRole("dialog")).toHaveCount(0);

  const { page: officer } = await open(browser, "regulator-001", id);
  await expect(officer.getByText("Your decision")).toHaveCount(0);
  await expect(officer.getByRole("button", { name: "Withdraw" })).toBeVisible();

  for (const handle of ["auditor-001", "coordinator-001:support", "client-456"]) {
    const { page } = await signedIn(browser, handle);
    await page.goto(at(`/requests/${id}`));
    await expect(page.getByText("MSO")).toHaveCount(0);
    await expect(page.getByRole("heading", { level: 1 })).not.toContainText("Market Supervision Office");
  }
});

test("nobody files what only their own organisation could decide, and nobody decides twice", async ({
  browser,
}) => {
  const { coordinator, legal } = people(demo());
  const order = newOrder();
  const { id: own, submitted } = await fileAs(coordinator, order);
  expect([submitted.status, submitted.json.code]).toEqual([409, "request.no-decider"]);
  const body = { stage: "coordinator", decision: "deny", comment: "Mine" };
  const answer = await coordinator.post(`/confidential/access/requests/${own}/decisions`, body);
  expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);

  const id = await file(order);
  await passLegal(id, order);
  const again = await open(browser, LEGAL, id);
  await expect(panel(again.page).getByText("decided with a duty that you do not hold")).toBeVisible();
  const twice = await legal.post(`/confidential/access/requests/${id}/decisions`, {
    ...body,
    stage: "legal",
  });
  expect(twice.json.code).toBe("decision.same-person");
});

test("a scanned order is shown as it is beside the facts, and decided on like one that has text", async ({
  browser,
}) => {
  const order = newOrder();
  const { page: scanner } = await openPage(browser, { viewport: { width: 600, height: 800 } });
  await scanner.setContent(`<h1>Demand</h1><p>${order.issuer}, case ${order.case_number}</p>`);
  const scan = new File([new Uint8Array(await scanner.screenshot())], "scan.png", { type: "image/png" });
  const id = await fileWith(people(demo()).regulator, order, {}, scan);
  const { page, faults } = await open(browser, LEGAL, id);
  const image = page.getByRole("img", { name: "The order as an image" });
  await expect(image).toBeVisible();
  expect(await image.evaluate((one) => (one instanceof HTMLImageElement ? one.naturalWidth : 0))).toBe(600);
  await expect(page.getByText("first page’s text")).toHaveCount(0);
  expect(await axeFindings(page)).toEqual([]);
  await read(page, order);
  await page.getByLabel("Reason, seen by the officer").fill("Read on the scan");
  await page.getByRole("button", { name: "Approve as asked" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Approve", exact: true }).click();
  await expect(page.getByRole("dialog").getByText("Approved", { exact: true }).first()).toBeVisible();
  expect(faults()).toEqual([]);
});

test("a reading that differs cannot be approved, and two readings that differ are shown when both are made", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  const { page } = await open(browser, LEGAL, id);
  await read(page, { ...order, case_number: "MSO 9-999/26" });
  await expect(panel(page).getByText("Differs", { exact: true })).toBeAttached();
  await expect(page.getByRole("button", { name: "Approve as asked" })).toBeDisabled();
  await expect(page.getByRole("button", { name: "Narrow", exact: true })).toBeDisabled();
  await expect(panel(page).getByText("Ask the officer, or deny")).toBeVisible();

  const shorter = { ...newOrder(), valid_until: dayOf(10) };
  const other = await file(shorter, { valid_until: dayOf(20) });
  const confirms = { ...shorter };
  const until = `${new Date(Date.parse(shorter.valid_until) + DAY_MS).toISOString().slice(0, 19)}Z`;
  const { legal } = people(demo());
  const body = { stage: "legal", decision: "approve", comment: "Until its end", confirms, until };
  expect((await legal.post(`/confidential/access/requests/${other}/decisions`, body)).status).toBe(200);
  const { page: second } = await open(browser, SECOND, other);
  expect(await second.content()).not.toContain(`read ${shorter.valid_until}`);
  await read(second, { ...shorter, valid_until: dayOf(20) });
  await second.getByLabel("Reason, seen by the officer").fill("As typed");
  await second.getByRole("button", { name: "Approve as narrowed by Lena Hartmann" }).click();
  await expect(second.getByText("The readings differ. Nothing was decided.")).toBeVisible();
  await expect(second.getByText("the first decider read", { exact: false })).toBeVisible();
});

test("of two tabs one decides, the other learns who was faster and loses nothing that was typed", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  const { page: one } = await open(browser, LEGAL, id);
  const two = await one.context().newPage();
  // This tab hears of no change, as one whose connection hangs.
  await withoutStream(two);
  await two.goto(at(`/requests/${id}`));
  await read(two, order);
  await two.getByLabel("Reason, seen by the officer").fill("Second tab");
  await one.getByLabel("Reason, seen by the officer").fill("No basis");
  await one.getByLabel("Reason, seen by the officer").press("Escape");
  await one.keyboard.press("d");
  await one.getByRole("dialog").getByRole("button", { name: "Deny", exact: true }).click();
  await expect(one.getByRole("dialog").getByText("Denied", { exact: true }).first()).toBeVisible();

  await two.getByRole("button", { name: "Approve as asked" }).click();
  await expect(two.getByText("Somebody was faster. Nothing of yours was done.")).toBeVisible();
  await expect(two.getByText("Lena Hartmann denied on", { exact: false })).toBeVisible();
  // Nothing is left to press that would decide; what was typed can still be read.
  const late = two.getByRole("dialog");
  await expect(late.getByRole("button", { name: "Approve", exact: true })).toHaveCount(0);
  await expect(late.getByRole("button", { name: "Close", exact: true }).last()).toBeVisible();
  await expect(late.getByText("Second tab")).toBeVisible();
  await two.getByRole("button", { name: "Look at it as it stands" }).click();
  await expect(panel(two).getByText("No stage waits for a decision now.")).toBeVisible();
  await expect(panel(two).getByText("Second tab")).toBeVisible();
  await panel(two).getByRole("button", { name: "Discard what I typed" }).click();
  await expect(panel(two).getByText("Second tab")).toHaveCount(0);

  // Back after a decision leads to the request as it is, not to a form that decides again.
  await one.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).last().click();
  await one.goto(at("/requests"));
  await one.goBack();
  await expect(panel(one).getByText("No stage waits for a decision now.")).toBeVisible();
});

test("a page that hears of the other's decision keeps what was typed and says who was faster", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  const { page } = await open(browser, LEGAL, id);
  await read(page, order);
  await page.getByLabel("Reason, seen by the officer").fill("Nearly done");
  await passLegal(id, order);
  const notice = panel(page).getByRole("status").filter({ hasText: "Somebody was faster." });
  await expect(notice).toBeVisible();
  await expect(notice.getByText("Nearly done")).toBeVisible();
  await expect(notice.getByText(order.case_number)).toBeVisible();
  await expect(notice.getByText(/approved on/)).toBeVisible();
});

test("a lost connection loses nothing: reload keeps what was typed, and sending again decides once", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  const { page } = await open(browser, LEGAL, id);
  await read(page, order);
  await page.getByLabel("Reason, seen by the officer").fill("Read and compared");
  await page.reload();
  await expect(page.getByLabel("2 Case number")).toHaveValue(order.case_number);
  await page.getByRole("button", { name: "Approve as asked" }).click();
  const dialog = page.getByRole("dialog");
  const button = dialog.getByRole("button", { name: "Approve", exact: true });
  await expect(button).toBeVisible();
  // The answer is lost on its way back: the decision is made and the browser does not know.
  await page.route("**/decisions", async (route) => {
    await route.fetch();
    await route.abort("connectionreset");
  });
  await button.click();
  await expect(dialog.getByText("The connection was lost", { exact: false })).toBeVisible();
  await page.unroute("**/decisions");
  await button.click();
  await expect(dialog.getByText("Approved", { exact: true }).first()).toBeVisible();
  const view = await people(demo()).legal.get(`/confidential/access/requests/${id}`);
  expect(view.json).toMatchObject({ state: "stage_2" });
  expect(view.json.decisions).toHaveLength(1);
});

test("who decides next in the same window finds nothing of the first one's reading", async ({ browser }) => {
  const order = newOrder();
  const id = await file(order);
  const { page } = await open(browser, LEGAL, id);
  await read(page, order);
  await page.getByLabel("Reason, seen by the officer").fill("For my own eyes");
  const { page: other } = await open(browser, APPROVER, id);
  await passLegal(id, order);
  await page.context().clearCookies();
  await page.context().addCookies(await other.context().cookies());
  await page.goto(at(`/requests/${id}`));
  await expect(page.getByLabel("2 Case number")).toBeVisible();
  await expect(page.getByLabel("2 Case number")).toHaveValue("");
  await expect(page.getByLabel("Reason, seen by the officer")).toHaveValue("");
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain("For my own eyes");
});

/** An officer's identity checks are over, as if twelve months had gone by. */
async function endIdentityChecks(handle: string): Promise<void> {
  await asSuperuser(dataDir(), async (client) => {
    const { rows } = await client.query<{ tgname: string; tgenabled: string }>(
      "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'identity_check'::regclass AND NOT tgisinternal",
    );
    await client.query("ALTER TABLE identity_check DISABLE TRIGGER USER");
    await client.query(
      "UPDATE identity_check SET expires_at = now() - interval '1 day' WHERE officer_user_id = (SELECT id FROM app_user WHERE handle = $1)",
      [handle],
    );
    for (const { tgname, tgenabled } of rows) {
      const always = tgenabled === "A" ? "ALWAYS" : "";
      await client.query(`ALTER TABLE identity_check ENABLE ${always} TRIGGER ${tgname}`);
    }
  });
}

test("nothing is approved until the legal reviewer has recorded who the officer is", async ({ browser }) => {
  const order = newOrder();
  const id = await fileWith(people(demo()).auditor, order);
  await endIdentityChecks("auditor-001");
  const { page, faults } = await open(browser, LEGAL, id);
  await read(page, order);
  await page.getByLabel("Reason, seen by the officer").fill("Read and compared");
  await expect(page.getByRole("button", { name: "Approve as asked" })).toBeDisabled();
  await expect(page.getByText("the officer’s identity check must be on record")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "Record the check" }).click();
  await expect(page.getByText("Say how you checked")).toBeVisible();
  await page.getByLabel("The e-mail domain is the agency’s").check();
  await page.getByLabel("How you checked").fill("Called the switchboard of the agency at 14:05.");
  await page.getByRole("button", { name: "Record the check" }).click();
  await expect(
    page.getByText("Without both, the request cannot be approved.", { exact: false }),
  ).toBeVisible();
  await expect(page.getByRole("button", { name: "Approve as asked" })).toBeDisabled();
  await page.getByLabel("I called back on a number from the agency’s record").check();
  await page.getByRole("button", { name: "Record the check" }).click();
  await expect(page.getByRole("button", { name: "Approve as asked" })).toBeEnabled();
  await expect(page.getByText("Recorded by Lena Hartmann, until")).toBeVisible();
  expect(faults()).toEqual([]);
});

test("j and k lead through what waits, and the record prints", async ({ browser }) => {
  const order = newOrder();
  const ids = [await file(order), await file(newOrder())];
  const { page, faults } = await open(browser, LEGAL, ids[0] ?? "");
  // Keys act once the page's script runs; the drawn order says that it does.
  await expect(page.getByText("The page’s text says all four facts")).toBeVisible();
  await page.keyboard.press("j");
  await page.waitForURL(`**/requests/${ids[1]}`);
  await expect(page.getByText("The page’s text says all four facts")).toBeVisible();
  await page.keyboard.press("k");
  await page.waitForURL(`**/requests/${ids[0]}`);
  await page.getByRole("link", { name: "Print view" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Record of the access request AR-");
  expect(await axeFindings(page)).toEqual([]);
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("button", { name: "Print" })).toBeHidden();
  expect(faults()).toEqual([]);
});

test("on paper days are days, digests whole, nothing is to press, and who has read sees both readings", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  await passLegal(id, order);
  const { issuer, case_number, valid_from, valid_until } = order;
  const confirms = { issuer, case_number, valid_from, valid_until };
  const body = { stage: "coordinator", decision: "approve", comment: "Read as well", confirms };
  const made = await people(demo()).coordinator.post(`/confidential/access/requests/${id}/decisions`, body);
  expect(made.status, made.text).toBe(200);
  const day = (date: string): string =>
    formatTime(new Date(`${date}T00:00:00Z`), { timeZone: "UTC", form: "day" });
  for (const [handle, readings] of [
    [LEGAL, 2],
    [SECOND, 0],
    ["regulator-001", 0],
  ] as const) {
    const { page, faults } = await signedIn(browser, handle, { timezoneId: "Europe/Berlin" });
    await page.goto(at(`/requests/${id}/print`));
    await expect(page.getByText("Read as well").first()).toBeVisible();
    await page.emulateMedia({ media: "print" });
    const authority = page.getByRole("region", { name: /^Legal authority/ });
    await expect(authority.getByText(day(order.valid_from), { exact: true })).toBeVisible();
    await expect(authority.getByText(`through ${day(order.valid_until)}`)).toBeVisible();
    await expect(authority.getByText("01:00")).toHaveCount(0);
    await expect(page.getByRole("main").getByRole("button")).toHaveCount(0);
    await expect(page.getByRole("main").getByRole("link", { name: "Open the grant" })).toBeHidden();
    await expect(page.getByText(" read,", { exact: false })).toHaveCount(readings);
    const printed = await page
      .getByTitle(/^[A-Za-z0-9_-]{43}$/)
      .first()
      .evaluate((one) => [getComputedStyle(one, "::after").content, one.getAttribute("title")]);
    expect(printed[0]).toBe(`"${printed[1]}"`);
    expect(await axeFindings(page)).toEqual([]);
    expect(faults()).toEqual([]);
  }
});
