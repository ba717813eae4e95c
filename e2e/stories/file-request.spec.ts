import { createHash } from "node:crypto";
import { expect, test } from "@playwright/test";
import { paper } from "../support/deciding";
import { chooseFile, day, fillAsking, fillFacts, Keyboard, ORDER, SOON, savedDraft } from "../support/filing";
import {
  at,
  expectNoFindings,
  newTransaction,
  openForm,
  readRequest,
  requestsFor,
  who,
} from "../support/filing-spec";
import { signedIn } from "../support/signed-in";
import { text } from "../support/steps";

// A regulator, an auditor and support file requests in the browser.

const REGULATOR = "regulator-001";
const SUPPORT = "coordinator-001:support";

// Each open window holds a stream of changes, and a person may have only a limited number of them.
test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
});

test("a regulator files a PDF by keyboard alone with at most three typed answers, and going back does not file again", async ({
  browser,
}) => {
  const [one, two] = [await newTransaction(), await newTransaction()];
  const { page, faults } = await signedIn(browser, REGULATOR);
  const keys = new Keyboard(page);
  const number = `MSO ${String(Date.now()).slice(-6)}/26`;
  const facts = {
    issuer: "Market Supervision Office",
    case_number: number,
    valid_from: day(-1),
    valid_until: day(30),
  };
  const order = { ...ORDER, buffer: Buffer.from(paper(facts)) };
  const reason = `Layered settlement between two jobs ${one.slice(-6)}`;
  await page.goto(at("/requests"));
  await keys.press(page.getByRole("link", { name: "New request" }));
  await expect(page.getByRole("heading", { level: 1, name: "New request" })).toBeVisible(SOON);
  const chooser = page.waitForEvent("filechooser");
  await keys.press(page.getByRole("button", { name: "Choose a file" }));
  await (await chooser).setFiles(order);
  await expect(page.getByText("demand.pdf")).toBeVisible(SOON);
  // The browser reads the order's text. Each fact that it finds waits for the person, who confirms it with Enter.
  await expect(page.getByText("5 facts were read from the file.")).toBeVisible(SOON);
  await expect(page.getByText("Read from page 1")).toHaveCount(5);
  for (const label of ["Kind", "Issuer", "Case number", "Valid from", "Valid until"])
    await keys.press(page.getByLabel(label));
  await expect(page.getByText("Read from the file, confirmed by you")).toHaveCount(5);
  await expect(page.getByLabel("Issuer")).toHaveValue("Market Supervision Office");
  await expect(page.getByLabel("Case number")).toHaveValue(number);
  await expect(page.getByLabel("Valid until")).toHaveValue(day(30));
  await keys.pick(page.getByLabel("Jurisdiction"), "Germ");
  await expect(page.getByLabel("Jurisdiction")).toHaveValue("DE");
  await keys.press(page.getByRole("radio", { name: "Yes", exact: true }), "ArrowDown");
  await expect(page.getByRole("radio", { name: "No", exact: true })).toBeChecked();
  await keys.type(page.getByLabel("Transaction numbers"), `${one} ${two}`);
  await page.keyboard.press("Enter");
  await expect(page.getByText("job-123,")).toHaveCount(2, SOON);
  for (const field of ["Amount", "Pricing", "Parties"])
    await keys.press(page.getByRole("checkbox", { name: field }), "Space");
  await keys.press(page.getByRole("radio", { name: "Audit" }), "ArrowDown");
  await expect(page.getByRole("radio", { name: "Compliance" })).toBeChecked();
  await keys.type(page.getByLabel("Legal basis"), "Section 6(3) Market Supervision Act");
  await keys.type(page.getByLabel("Reason"), reason);
  const summary = page.getByRole("complementary", { name: "Facts" });
  await expect(summary).toContainText(
    "To read amount and pricing of 2 transactions in full, and parties masked",
  );
  await expect(summary).toContainText("4 of 4");
  await expect(page.getByText("as received, identical to your file")).toBeVisible(SOON);
  await expect(page.getByText("Not checked for malware")).toBeVisible();
  const draft = await savedDraft(page);
  await expectNoFindings(page);

  await keys.press(page.getByRole("button", { name: "Check answers" }));
  await expect(page.getByRole("heading", { level: 1, name: "Check answers" })).toBeVisible(SOON);
  await expect(page.getByText("Parties (masked)")).toBeVisible();
  for (const id of [one, two])
    await expect(page.getByRole("listitem").filter({ hasText: id })).toContainText("job-123");
  await expect(page.getByText(/^demand\.pdf \d+ kB$/)).toBeVisible();
  await expectNoFindings(page);
  await keys.press(page.getByRole("button", { name: "Submit" }));
  await expect(page.getByRole("heading", { level: 1, name: "Request submitted" })).toBeVisible(SOON);
  const filed = await readRequest(who().regulator, draft);
  expect(filed).toMatchObject({ state: "stage_1", justification: reason, purpose: "compliance" });
  expect(filed.authorization).toMatchObject({
    issuer: "Market Supervision Office",
    document: { sha256: createHash("sha256").update(order.buffer).digest("base64url") },
    sources: { case_number: "confirmed", issuer: "confirmed", jurisdiction: "typed", kind: "confirmed" },
  });
  await expect(page.getByText(String(filed.reference)).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Download the receipt" })).toBeVisible();
  await expectNoFindings(page);
  keys.print("regulator-001 files a request");
  expect(keys.typed).toBeLessThanOrEqual(3);

  await page.goBack();
  await expect(page).toHaveURL(at(`/requests/${draft}`), SOON);
  for (const old of [`/requests/new?draft=${draft}`, `/requests/new/check?draft=${draft}`]) {
    await page.goto(at(old));
    await expect(page).toHaveURL(at(`/requests/${draft}`), SOON);
  }
  expect(await requestsFor(who().regulator, reason)).toEqual([draft]);
  expect(faults()).toEqual([]);
});

test("an empty form lists the missing answers, takes the focus, and leads to each control @deep", async ({
  browser,
}) => {
  const { page } = await openForm(browser);
  await page.getByRole("button", { name: "Check answers" }).click();
  const summary = page.getByRole("alert", { name: "12 things to correct" });
  await expect(summary).toBeFocused();
  await expectNoFindings(page);
  await summary.getByRole("link", { name: "Enter the case number" }).click();
  await expect(page.getByLabel("Case number")).toBeFocused();
  await expect(page.getByLabel("Case number")).toHaveAttribute("aria-invalid", "true");
  await page.keyboard.type("1/26");
  await expect(page.getByLabel("Case number")).not.toHaveAttribute("aria-invalid", "true");
  await expect(page.getByRole("alert", { name: "11 things to correct" })).toBeVisible();
  await expect(page.getByLabel("Case number")).toBeFocused();
  await page.getByLabel("Valid from").fill(day(2));
  await page.getByLabel("Valid until").fill(day(1));
  const half = { name: "half.pdf", mimeType: "application/pdf", buffer: ORDER.buffer.subarray(0, 300) };
  await chooseFile(page, half);
  const seen = page.getByRole("alert", { name: /things to correct/ });
  await expect(seen.getByRole("link", { name: "“half.pdf” is incomplete" })).toBeVisible(SOON);
  await expect(
    page.getByRole("link", { name: "Add the legal authority: its document, or the order as a signed JWS" }),
  ).toHaveCount(0);
  await page.getByLabel(/^Until/).selectOption("date");
  await page.getByLabel("Ends").fill(`${day(90)}T12:00`);
  await page.getByRole("button", { name: "Check answers" }).click();
  await expect(page.getByRole("link", { name: "“Valid until” is before “Valid from”" })).toBeVisible();
  await expect(page.getByRole("link", { name: /“Until” is after the order ends on/ })).toBeVisible();
  await page.getByLabel("Transaction numbers").fill("job-123 0198c0de-0000-7000-8000-0000000000ff");
  await page.getByLabel("Transaction numbers").press("Enter");
  await expect(page.getByText("This is not a transaction number: job-123")).toBeVisible();
  await expect(page.getByText("Transaction not found")).toBeVisible(SOON);
});

test("an auditor files for the results of a query, and changes an answer on the way @deep", async ({
  browser,
}) => {
  const transaction = await newTransaction();
  const { page, faults } = await openForm(browser, "auditor-001");
  await page.getByRole("radio", { name: "Audit" }).check();
  await page.getByLabel("Reason").fill("Annual audit of one job");
  await page.getByRole("button", { name: "Use a query instead" }).click();
  await page.getByLabel("Job", { exact: true }).fill("job-123");
  await page.getByLabel("Participant").fill("miner-789");
  await page.getByLabel("Submitted from").fill(day(-1));
  await expect(page.getByText(/^Matches \d+ transactions? now$/)).toBeVisible(SOON);
  await page.getByRole("checkbox", { name: "Amount" }).check();
  await chooseFile(page, ORDER);
  await fillFacts(page, { kind: "court_order", issuer: "Amtsgericht Mitte", caseNumber: "7 K 9/26" });
  await page.getByRole("button", { name: "Check answers" }).click();
  await expect(page.getByText("Matches at submission: job-123, participant miner-789")).toBeVisible(SOON);
  await page.getByRole("link", { name: /^Change\s+Views$/ }).click();
  await expect(page.getByLabel("Views")).toBeFocused(SOON);
  await page.getByLabel("Views").fill("7");
  await page.getByRole("button", { name: "Check answers" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Check answers" })).toBeVisible(SOON);
  await expect(page.getByRole("definition").filter({ hasText: /^7$/ })).toBeVisible(SOON);
  const id = new URL(page.url()).searchParams.get("draft") ?? "";
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Request submitted" })).toBeVisible(SOON);
  const filed = await readRequest(who().auditor, id);
  expect(filed).toMatchObject({ state: "stage_1", max_views: 7, purpose: "audit" });
  expect(filed.transactions).toContain(transaction);
  await page.goto(at(`/requests/${id}`));
  await expect(page.getByRole("heading", { name: /^Requested transactions/ })).toBeVisible();
  await expect(page.locator(`main a[href="/transactions/${transaction}"]`)).toHaveText("job-123");
  expect(faults()).toEqual([]);
});

test("support asks for masked fields of a disputed transaction, prefilled and without a legal authority", async ({
  browser,
}) => {
  const transaction = await newTransaction();
  const opened = await who().client456.post(`/confidential/transactions/${transaction}/disputes`, {
    reason: "The price is not the one we agreed on.",
  });
  expect(opened.status, opened.text).toBe(201);
  const dispute = text(opened, "id");
  const query = `?purpose=dispute&level=masked&transaction=${transaction}&fields=pricing,parties&dispute=${dispute}`;
  const { page, faults } = await openForm(browser, SUPPORT, query);
  await expect(page.getByRole("checkbox", { name: "Pricing" })).toBeChecked();
  await expect(page.getByRole("checkbox", { name: "Parties" })).toBeChecked();
  await expect(page.getByLabel("Legal basis")).toHaveValue(`Dispute ${dispute}`);
  await expect(page.getByText("job-123,")).toBeVisible(SOON);
  await expect(page.getByRole("heading", { name: "Legal authority" })).toHaveCount(0);
  await expect(page.getByRole("complementary", { name: "Facts" })).toContainText(
    "To read pricing and parties of 1 transaction masked, for dispute",
  );
  await page.getByLabel("Reason").fill("The parties disagree on the price");
  await page.getByRole("button", { name: "Check answers" }).click();
  await expect(page.getByText("Pricing (masked), Parties (masked)")).toBeVisible(SOON);
  await expectNoFindings(page);
  const id = new URL(page.url()).searchParams.get("draft") ?? "";
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Request submitted" })).toBeVisible(SOON);
  expect(await readRequest(who().support, id)).toMatchObject({
    level: "masked",
    purpose: "dispute",
    state: "stage_1",
  });
  await page.goto(at(`/requests/${id}`));
  await expect(page.getByText("No document needed")).toHaveCount(2);
  await expect(page.getByText(/Document check/)).toHaveCount(0);
  await expect(page.getByText(/the order’s end/)).toHaveCount(0);
  expect(faults()).toEqual([]);
});

test("parties cannot open the form, and only its requester can open a draft @deep", async ({ browser }) => {
  const { page } = await openForm(browser);
  await fillAsking(page, await newTransaction(), "Mine alone");
  const draft = await savedDraft(page);

  const client = await signedIn(browser, "client-456");
  for (const path of ["/requests", "/requests/new"]) {
    await client.page.goto(at(path));
    await expect(
      client.page.getByRole("heading", { level: 1, name: "You do not have access to this" }),
    ).toBeVisible(SOON);
    await expect(client.page.getByText("This is not available to your role: Client.")).toBeVisible();
    await expectNoFindings(client.page);
  }
  const auditor = await signedIn(browser, "auditor-001");
  for (const path of [
    `/requests/new?draft=${draft}`,
    `/requests/new/check?draft=${draft}`,
    `/requests/new/sent?request=${draft}`,
  ]) {
    await auditor.page.goto(at(path));
    await expect(auditor.page.getByRole("heading", { level: 1, name: "Not found" })).toBeVisible(SOON);
  }
  // The deciders cannot see the request before it is submitted.
  const legal = await signedIn(browser, "coordinator-001:legal");
  for (const path of [`/requests/new?draft=${draft}`, `/requests/${draft}`]) {
    await legal.page.goto(at(path));
    await expect(legal.page.getByRole("heading", { level: 1, name: "Not found" })).toBeVisible(SOON);
  }
  const visitor = await browser.newPage();
  await visitor.goto(at(`/requests/new?draft=${draft}`));
  await expect(visitor).toHaveURL(/\/sign-in\?to=/, SOON);
});

test("the list has saved views, filters in the address, and keys that move and open @deep", async ({
  browser,
}) => {
  const { page, faults } = await openForm(browser);
  await fillAsking(page, await newTransaction(), "For the list");
  const draft = await savedDraft(page);
  const { reference } = await readRequest(who().regulator, draft);
  await page.goto(at("/requests?view=waiting"));
  await expect(page.getByRole("link", { name: "Waiting for me" })).toHaveAttribute("aria-current", "page");
  await page.getByRole("textbox", { name: "Reference" }).fill(String(reference).slice(-4));
  await page.getByRole("combobox", { name: "State" }).selectOption("draft");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await expect(page).toHaveURL(/view=waiting&reference=.*&state=draft&purpose=&sort=due/, SOON);
  const row = page.getByRole("link", { name: String(reference) });
  await expect(row).toBeVisible(SOON);
  await expectNoFindings(page);
  await page.locator("body").press("j");
  await expect(row).toBeFocused();
  await page.keyboard.press("k");
  await expect(row).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(at(`/requests/new?draft=${draft}`), SOON);
  await expect(page.getByLabel("Reason")).toHaveValue("For the list");

  await page.goto(at("/requests?reference=nothing-like-it"));
  await expect(page.getByText("No request matches this filter")).toBeVisible(SOON);
  await expect(page.getByRole("link", { name: "Clear filter" }).first()).toBeVisible();
  const legal = await signedIn(browser, "coordinator-001:legal", { colorScheme: "dark" });
  await legal.page.goto(at("/requests"));
  await expect(legal.page.getByRole("link", { name: "Waiting for me" })).toHaveAttribute(
    "aria-current",
    "page",
  );
  await expect(legal.page.getByText("Waiting for your decision").first()).toBeVisible(SOON);
  await expectNoFindings(legal.page);
  await legal.page.setViewportSize({ width: 320, height: 700 });
  await expectNoFindings(legal.page);
  expect([...faults(), ...legal.faults()]).toEqual([]);
});
