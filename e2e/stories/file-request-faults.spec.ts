import { expect, test } from "@playwright/test";
import { chooseFile, fillAsking, fillFacts, ORDER, SOON, savedDraft } from "../support/filing";
import {
  at,
  expectNoFindings,
  loseOneAnswer,
  newTransaction,
  openForm,
  readRequest,
  requestsFor,
  who,
} from "../support/filing-spec";
import { keptBy } from "../support/hygiene";

// Faults while requests are filed: no typed text is lost and no request is sent twice.

const MB = 1_048_576;

// Each open window holds a stream of changes, and a person may have only a limited number of them.
test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
});

test("a document that is too large, cut off or of another type than it says is refused in words and never sent @deep", async ({
  browser,
}) => {
  const { page } = await openForm(browser);
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/authorizations")) sent.push(request.method());
  });
  const pdfOf = (name: string, buffer: Buffer) => ({ name, mimeType: "application/pdf", buffer });
  const zip = Buffer.concat([Buffer.from("PK\u0003\u0004"), Buffer.alloc(200)]);
  const bad = [
    [pdfOf("huge.pdf", Buffer.alloc(20 * MB + 1, "%PDF-1.4\n")), "“huge.pdf” is larger than 20 MB."],
    [pdfOf("half.pdf", ORDER.buffer.subarray(0, 300)), "“half.pdf” is incomplete: its end is missing."],
    [pdfOf("archive.pdf", zip), "“archive.pdf” is a ZIP archive. Send PDF, PNG, JPEG, TIFF or p7m."],
    [
      { name: "order.docx", mimeType: "application/msword", buffer: zip },
      "“order.docx” is a word-processor document. Send PDF, PNG, JPEG, TIFF or p7m.",
    ],
    [
      { ...ORDER, name: "order.png", mimeType: "image/png" },
      "The name of “order.png” does not match its content.",
    ],
    [pdfOf("empty.pdf", Buffer.alloc(0)), "“empty.pdf” is empty."],
    [pdfOf("page.pdf", Buffer.from("<html></html>")), "“page.pdf” is not PDF, PNG, JPEG, TIFF or p7m."],
  ] as const;
  await fillAsking(page, await newTransaction(), "Bad documents");
  await fillFacts(page, { caseNumber: "BAD 1/26" });
  for (const [file, words] of bad) {
    await chooseFile(page, file);
    await expect(page.getByText(words)).toBeVisible(SOON);
  }
  await savedDraft(page);
  await expectNoFindings(page);
  expect(sent).toEqual([]);
  await chooseFile(page, ORDER);
  await expect(page.getByText("as received, identical to your file")).toBeVisible(SOON);
  await expect(page.getByText("is not PDF")).toHaveCount(0);
  expect(sent).toEqual(["POST"]);

  // A refused document leaves the accepted one in place. Corrected facts do not need the document again.
  await chooseFile(page, pdfOf("half.pdf", ORDER.buffer.subarray(0, 300)), "Replace");
  await expect(page.getByText("“half.pdf” is incomplete")).toBeVisible(SOON);
  await expect(page.getByText("demand.pdf")).toBeVisible();
  await page.getByLabel("Case number").fill("BAD 2/26");
  await expect(() => expect(sent).toEqual(["POST", "POST"])).toPass(SOON);
});

test("a document that reaches the server altered is not accepted as the one that was sent @deep", async ({
  browser,
}) => {
  const { page } = await openForm(browser);
  await page.route(/\/authorizations$/, async (route) => {
    const response = await route.fetch();
    const body: Record<string, unknown> = await response.json();
    const document = { sha256: "A".repeat(43), bytes: 1, media_type: "application/pdf", scan: "not scanned" };
    await route.fulfill({ response, json: { ...body, document } });
  });
  await fillAsking(page, await newTransaction(), "Altered document");
  await fillFacts(page, { caseNumber: "ALT 1/26" });
  await chooseFile(page, ORDER);
  await expect(page.getByText("The server received different bytes")).toBeVisible(SOON);
  await page.unroute(/\/authorizations$/);
  await page.getByRole("button", { name: "Send again" }).click();
  await expect(page.getByText("as received, identical to your file")).toBeVisible(SOON);
});

test("controls first used without a connection work and lose no typed text @deep", async ({ browser }) => {
  const { page } = await openForm(browser);
  await page.waitForLoadState("networkidle");
  await page.getByLabel("Reason").fill("Half a thought");
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Use a query instead" }).click();
  await page.getByRole("button", { name: "Use numbers instead" }).click();
  await page.getByRole("button", { name: "Find by job" }).click();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Find" })).toBeVisible();
  await page.keyboard.press("Escape");
  await chooseFile(page, ORDER);
  await expect(page.getByText("SHA-256")).toBeVisible(SOON);
  await expect(page.getByLabel("Reason")).toHaveValue("Half a thought");
  await page.context().setOffline(false);
});

test("a connection lost in mid-form loses no text, says so, and files one draft", async ({ browser }) => {
  const { page } = await openForm(browser);
  const reason = `Lost in mid-form ${Date.now()}`;
  const lost = await loseOneAnswer(page, "POST", /\/confidential\/access\/requests$/);
  await fillAsking(page, await newTransaction(), reason);
  const seen = page.getByText("Your entries are kept in this window");
  await expect(seen).toBeVisible(SOON);
  const draft = await savedDraft(page);
  expect(lost()).toBe(1);
  expect(await requestsFor(who().regulator, reason)).toEqual([draft]);

  await page.context().setOffline(true);
  await page.getByLabel("Legal basis").fill("Section 9");
  await page.getByRole("checkbox", { name: "Pricing" }).check();
  await expect(seen).toBeVisible(SOON);
  await expect(page.getByText("No connection: kept in this window")).toBeVisible();
  await expectNoFindings(page);
  await page.getByLabel("Case number").fill("LOST 1/26");
  await page.context().setOffline(false);
  await expect(seen).toBeHidden(SOON);
  await savedDraft(page);
  await expect(page.getByText("The order’s facts are kept in this window")).toBeVisible();
  const saved = await readRequest(who().regulator, draft);
  expect(saved).toMatchObject({ legal_basis: "Section 9", fields: ["amount", "pricing"] });

  await page.reload();
  await expect(page.getByLabel("Case number")).toHaveValue("LOST 1/26");
  await expect(page.getByLabel("Reason")).toHaveValue(reason);
});

test("text that is not in a draft yet survives a reload, and can be discarded @deep", async ({ browser }) => {
  const { page } = await openForm(browser);
  await page.getByLabel("Reason").fill("Half a thought");
  await expect(page.getByText("Kept in this window.")).toBeVisible(SOON);
  await page.reload();
  await expect(page.getByText("Your entries were restored")).toBeVisible(SOON);
  await expect(page.getByLabel("Reason")).toHaveValue("Half a thought");
  await page.getByRole("button", { name: "Start again" }).click();
  await expect(page.getByLabel("Reason")).toHaveValue("");
  await page.reload();
  await expect(page.getByLabel("Reason")).toHaveValue("");
});

test("after an answer is lost while submitting, pressing again submits once @deep", async ({ browser }) => {
  const { page } = await openForm(browser);
  const reason = `Lost while submitting ${Date.now()}`;
  await fillAsking(page, await newTransaction(), reason);
  await fillFacts(page, { caseNumber: "SUB 1/26" });
  await chooseFile(page, ORDER);
  await page.getByRole("button", { name: "Check answers" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Check answers" })).toBeVisible(SOON);
  const lost = await loseOneAnswer(page, "POST", /\/submit$/);
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByText("no second request is made")).toBeVisible(SOON);
  expect(lost()).toBe(1);
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Request submitted" })).toBeVisible(SOON);
  const [id = "", ...others] = await requestsFor(who().regulator, reason);
  expect(others).toEqual([]);
  const { timeline } = await readRequest(who().regulator, id);
  expect(JSON.stringify(timeline).match(/"kind":"submit"/g)).toHaveLength(1);
});

test("two tabs on one draft: the person keeps their own version or loads the other one @deep", async ({
  browser,
}) => {
  const { page } = await openForm(browser);
  await fillAsking(page, await newTransaction(), "First");
  const draft = await savedDraft(page);
  const other = await page.context().newPage();
  await other.goto(at(`/requests/new?draft=${draft}`));
  await expect(other.getByLabel("Reason")).toHaveValue("First", SOON);
  await other.getByLabel("Reason").fill("Theirs");
  await other.getByLabel("Legal basis").fill("Section 9");
  await expect(async () => {
    expect(await readRequest(who().regulator, draft)).toMatchObject({
      justification: "Theirs",
      legal_basis: "Section 9",
    });
  }).toPass(SOON);

  await page.getByLabel("Reason").fill("Mine");
  const conflict = page.getByRole("alert", { name: "Changed in another window" });
  await expect(conflict).toBeVisible(SOON);
  await expect(conflict).toContainText("differs in: Legal basis, Reason");
  await expectNoFindings(page);
  // The choice is open after a reload as well, and the text is still there.
  await page.reload();
  await expect(conflict).toBeVisible(SOON);
  await expect(page.getByLabel("Reason")).toHaveValue("Mine");
  await conflict.getByRole("button", { name: "Keep mine" }).click();
  await savedDraft(page);
  expect((await readRequest(who().regulator, draft)).justification).toBe("Mine");

  // The other tab is now behind.
  await other.getByRole("checkbox", { name: "Pricing" }).check();
  const otherConflict = other.getByRole("alert", { name: "Changed in another window" });
  await expect(otherConflict).toBeVisible(SOON);
  await otherConflict.getByRole("button", { name: "Load the other version" }).click();
  await expect(other.getByLabel("Reason")).toHaveValue("Mine");
  await expect(other.getByRole("checkbox", { name: "Pricing" })).not.toBeChecked();
  await savedDraft(other);

  const withdrawn = await who().regulator.post(`/confidential/access/requests/${draft}/withdraw`, {});
  expect(withdrawn.status, withdrawn.text).toBe(200);
  await page.getByLabel("Reason").fill("Too late");
  await expect(page.getByText("This is no longer a draft")).toBeVisible(SOON);
});

test("a session that ended in mid-form is reported, and the form is complete after signing in again @deep", async ({
  browser,
}) => {
  const { page } = await openForm(browser);
  await fillAsking(page, await newTransaction(), "Before signing out");
  const draft = await savedDraft(page);
  const context = page.context();
  const cookies = await context.cookies();
  await context.clearCookies();
  await page.getByLabel("Reason").fill("After signing out");
  await expect(page.getByText("You are signed out")).toBeVisible(SOON);
  await expect(page.getByRole("link", { name: "Sign in and come back" })).toHaveAttribute(
    "href",
    /^\/sign-in\?to=/,
  );
  await context.addCookies(cookies);
  await page.goto(at(`/requests/new?draft=${draft}`));
  await expect(page.getByLabel("Reason")).toHaveValue("After signing out");
  await savedDraft(page);
  expect(await readRequest(who().regulator, draft)).toMatchObject({ justification: "After signing out" });
});

test("signing out in one window clears the form in every window @deep", async ({ browser }) => {
  const { page } = await openForm(browser);
  await page.getByLabel("Reason").fill("Typed before signing out");
  await expect.poll(() => keptBy(page), SOON).toContain("Typed before signing out");
  const other = await page.context().newPage();
  await other.goto(at("/requests"));
  await other
    .locator("summary")
    .filter({ has: other.getByText("You", { exact: true }) })
    .click();
  await other.getByRole("button", { name: "Sign out" }).click();
  await other.waitForURL(/\/sign-in\?done=signed-out/);
  await page.waitForURL(/\/sign-in/);
  expect(await keptBy(page)).not.toContain("Typed before signing out");
});
