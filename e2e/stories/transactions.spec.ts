import { expect, type Page, test } from "@playwright/test";
import { findBrowser } from "@/lib/testing/instance/browser";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { clockOf, expectGone, keptBy, witness } from "../support/hygiene";
import { demo } from "../support/instance";
import { enterOn, tabUntil } from "../support/keyboard";
import { openFields } from "../support/opening";
import { openPage, withoutStream, withSilentStream } from "../support/page";
import { signIn } from "../support/sign-in";
import { signedIn } from "../support/signed-in";
import {
  approve,
  canaries,
  fileRequest,
  newTransaction,
  orderFacts,
  submitTransaction,
  text,
} from "../support/steps";

// Fields stay sealed until a person with access opens them, and are sealed again automatically.

const BLANK_MS = 2_000;
const at = (path: string): string => new URL(path, demo().base_url).href;

/** Makes a transaction with canaries in it and, for the regulator, a grant for amount and pricing. */
async function granted(filing: Parameters<typeof fileRequest>[3] = {}) {
  const who = people(demo());
  const secret = canaries();
  const id = await submitTransaction(who.client456, secret);
  const facts = orderFacts();
  const grant = await approve(who, await fileRequest(who.regulator, id, facts, filing), facts);
  return { who, id, grant, secret };
}

async function openAll(page: Page, secret: { readonly rate: string }): Promise<void> {
  await openFields(page);
  await expect(page.getByText(secret.rate)).toBeVisible({ timeout: 30_000 });
}

async function clipboard(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}

test("a participant submits by keyboard alone, opens in place and copies, and the log records it", async ({
  browser,
}) => {
  const { page, faults } = await openPage(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  await signIn(page, "client-456");
  const seen = witness(page);
  const secret = canaries();
  const values = Object.values(secret);
  let typed = 0;
  const type = async (name: string | RegExp, words: string) => {
    await tabUntil(page, page.getByRole("textbox", { name }));
    await page.keyboard.type(words);
    typed += 1;
  };
  await page.goto(at("/transactions"));
  await enterOn(page, page.getByRole("link", { name: "New transaction" }));
  await page.waitForURL(/\/transactions\/new$/);
  await expect(page.getByRole("heading", { level: 1, name: "New transaction" })).toBeVisible();
  await type("Job id", "job-e2e");
  await tabUntil(page, page.getByRole("checkbox", { name: "miner-789" }));
  await page.keyboard.press("Space");
  await type(/^Amount/, "1250.50");
  await type(/^Name/, "rate");
  await page.keyboard.press("Tab");
  await page.keyboard.type(secret.rate);
  await type("Narrative", secret.memo);
  await enterOn(page, page.getByRole("button", { name: "Check before submitting" }));
  await expect(page.getByText("Check everything.")).toBeVisible();
  await expect(page.getByText("1,250.50 EUR")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await enterOn(page, page.getByRole("button", { name: "Seal and submit" }));
  await expect(page.getByText("Sealed and stored: job-e2e")).toBeVisible();
  await expect(page.getByText("Log entry")).toBeVisible();
  // After sending, typed text is neither in the page nor in an answer.
  await expectGone(page, seen, values);
  expect(seen.answersWith(values)).toEqual([]);

  await enterOn(page, page.getByRole("link", { name: "View transaction" }));
  await page.waitForURL(/\/transactions\/[0-9a-f-]{36}$/);
  await expect(page.getByText("Sealed for its 2 parties and escrow").first()).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await enterOn(page, page.getByRole("button", { name: "Open: Pricing" }));
  await expect(page.getByText(secret.rate)).toBeVisible();
  await expect(page.getByText(secret.memo)).toHaveCount(0);
  // The name is in the mark behind the value. The value is in one answer only, and in no place that outlives the page.
  await expect(
    page.locator('[data-mark*="Carla Brandt · "][data-mark*=" · own transaction"]').first(),
  ).toBeAttached();
  expect(await axeFindings(page)).toEqual([]);
  expect(seen.answersWith(values).every((call) => /^POST .*\/access$/.test(call))).toBe(true);
  expect(await keptBy(page)).not.toContain(secret.rate);

  await enterOn(page, page.getByRole("button", { name: "Copy Pricing, rate" }));
  await expect(page.getByText("Copied and logged").first()).toBeAttached();
  expect(await clipboard(page)).toBe(secret.rate);
  await expect(async () => {
    await page.reload();
    await expect(page.getByText("You copied")).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expect(page.getByText("You opened")).toBeVisible();
  await expectGone(page, seen, values);
  const id = new URL(page.url()).pathname.split("/").at(-1);
  const logs = await people(demo()).auditor.get(`/confidential/access/logs?transaction_id=${id}`);
  expect(logs.json.logs).toMatchObject([
    { action: "disclosure.copy", participant_id: "client-456", data_accessed: ["pricing"], success: true },
    { action: "disclosure.open", participant_id: "client-456", data_accessed: ["pricing"], success: true },
  ]);
  expect(logs.text).not.toContain(secret.rate);
  console.log(`client-456 submits, opens and copies by keyboard: ${typed + 1} typed answers`);
  expect(faults()).toEqual([]);
});

test("a selection is copied only if the copy could be recorded @deep", async ({ browser }) => {
  const { page } = await openPage(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  await signIn(page, "client-456");
  const secret = canaries();
  const id = await submitTransaction(people(demo()).client456, secret);
  await page.goto(at(`/transactions/${id}`));
  await page.getByRole("button", { name: /^Open \d fields?$/ }).click();
  await expect(page.getByText(secret.rate)).toBeVisible({ timeout: 30_000 });
  await page.evaluate(() => navigator.clipboard.writeText("before"));
  await page.route("**/copies", (route) => route.abort());
  const copyValue = async () => {
    await page.getByText(secret.iban).selectText();
    await page.keyboard.press("ControlOrMeta+c");
  };
  await copyValue();
  await expect(page.getByText("Not copied, because it could not be logged")).toBeVisible();
  expect(await clipboard(page)).toBe("before");
  await page.unroute("**/copies");
  const recorded = page.waitForResponse(/\/copies$/);
  await copyValue();
  expect((await recorded).request().postDataJSON().fields).toEqual(["settlement_details"]);
  await expect.poll(() => clipboard(page)).toBe(secret.iban);
  // Text that is not an opened value is copied without a record.
  await page.getByText("Every access to these fields").selectText();
  await page.keyboard.press("ControlOrMeta+c");
  await expect.poll(() => clipboard(page)).toBe("Every access to these fields");
});

test("a regulator opens under a grant, and all fields are sealed within two seconds of its revocation", async ({
  browser,
}) => {
  const { who, id, grant, secret } = await granted();
  const { page, faults } = await signedIn(browser, "regulator-001");
  const seen = witness(page);
  await page.goto(at("/transactions?view=mine"));
  await page.locator(`a[href="/transactions/${id}"]`).click();
  await expect(page.getByText("not in your grant").first()).toBeVisible();
  await expect(page.getByRole("link", { name: /^Request this field/ }).first()).toHaveAttribute(
    "href",
    `/requests/new?transaction=${id}&fields=settlement_details`,
  );
  await openAll(page, secret);
  await expect(page.getByText("19 of 20").filter({ visible: true })).toBeVisible();
  await expect(page.locator('[data-mark*="Ruth Adler · "][data-mark*="CET · GR-"]').first()).toBeAttached();
  await expect(page.getByText("signed by the portal for you (evaluation only)")).toBeVisible();
  await expect(page.getByText(secret.iban)).toHaveCount(0);
  expect(await axeFindings(page)).toEqual([]);
  expect(seen.answersWith([secret.rate]).every((call) => /^POST .*\/audit$/.test(call))).toBe(true);
  const revoked = await who.coordinator.post(`/confidential/access/grants/${grant}/revoke`, {
    reason: "test",
  });
  expect(revoked.status, revoked.text).toBe(200);
  await expect(page.getByText(secret.rate)).toHaveCount(0, { timeout: BLANK_MS });
  await expect(page.getByText("Your access was revoked.")).toBeVisible();
  await expectGone(page, seen, Object.values(secret));
  // After a reload the page still shows the revocation in words, and offers no button.
  await page.reload();
  await expect(page.getByText("Revoked", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Open/ })).toHaveCount(0);
  expect(faults()).toEqual([]);
});

test("without the stream the page polls and shows a revocation within two seconds too @deep", async ({
  browser,
}) => {
  const { who, id, grant, secret } = await granted();
  const { page } = await signedIn(browser, "regulator-001");
  const tries = await withoutStream(page);
  await page.goto(at(`/transactions/${id}`));
  await openAll(page, secret);
  expect(tries()).toBeGreaterThan(0);
  await who.coordinator.post(`/confidential/access/grants/${grant}/revoke`, { reason: "test" });
  await expect(page.getByText(secret.rate)).toHaveCount(0, { timeout: BLANK_MS });
  await expect(page.getByText("Your access was revoked.")).toBeVisible();
});

test("a revocation is shown within two seconds although the stream has died silently @deep", async ({
  browser,
}) => {
  const { who, id, grant, secret } = await granted();
  const { page } = await signedIn(browser, "regulator-001");
  await withSilentStream(page);
  await page.goto(at(`/transactions/${id}`));
  await openAll(page, secret);
  await who.coordinator.post(`/confidential/access/grants/${grant}/revoke`, { reason: "test" });
  await expect(page.getByText(secret.rate)).toHaveCount(0, { timeout: BLANK_MS });
  await expect(page.getByText("Your access was revoked.")).toBeVisible();
});

test("fields are removed from the screen when the page cannot confirm the access @deep", async ({
  browser,
}) => {
  const { id, secret } = await granted();
  const { page } = await signedIn(browser, "regulator-001");
  await page.goto(at(`/transactions/${id}`));
  await openAll(page, secret);
  await page.context().setOffline(true);
  await expect(page.getByText(secret.rate)).toHaveCount(0, { timeout: 20_000 });
  await expect(page.getByText("your access could not be checked")).toBeVisible();
  await page.context().setOffline(false);
});

test("fields are sealed after five minutes without use, or one minute out of sight", async ({ browser }) => {
  const { id, secret } = await granted();
  const { page } = await openPage(browser, {});
  await signIn(page, "regulator-001");
  const clock = await clockOf(page);
  await page.goto(at(`/transactions/${id}`));
  await openAll(page, secret);
  await clock.forward(4 * 60_000);
  await expect(page.getByText(secret.rate)).toBeVisible();
  await page.keyboard.press("Shift");
  await clock.forward(4 * 60_000);
  await expect(page.getByText(secret.rate)).toBeVisible();
  await clock.forward(61_000);
  await expect(page.getByText(secret.rate)).toHaveCount(0);
  await expect(page.getByText("This page was not used for 5 minutes.")).toBeVisible();

  await openAll(page, secret);
  const see = (state: "hidden" | "visible") =>
    page.evaluate((value) => {
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
  await see("hidden");
  await clock.forward(50_000);
  await see("visible");
  await expect(page.getByText(secret.rate)).toBeVisible();
  await see("hidden");
  await clock.forward(61_000);
  await see("visible");
  await expect(page.getByText(secret.rate)).toHaveCount(0);
  await expect(page.getByText("hidden for a minute")).toBeVisible();
});

test("fields are sealed at the end of the grant, by the page's clock @deep", async ({ browser }) => {
  const until = new Date(Date.now() + 120_000).toISOString().replace(/\.\d+Z$/, "Z");
  const { id, secret } = await granted({ until });
  const { page } = await openPage(browser, {});
  await signIn(page, "regulator-001");
  const clock = await clockOf(page);
  await page.goto(at(`/transactions/${id}`));
  await openAll(page, secret);
  await clock.forward(Date.parse(until) - Date.now() - 8_000);
  await expect(page.getByText(secret.rate)).toBeVisible();
  await clock.forward(8_000);
  await expect(page.getByText(secret.rate)).toHaveCount(0);
  await expect(page.getByText("Your grant has expired.")).toBeVisible();
});

test("going away and coming back shows sealed fields, also from the back-forward cache", async ({
  playwright,
}) => {
  const { id, secret } = await granted();
  // Playwright switches this cache off, but browsers have it on.
  const browser = await playwright.chromium.launch({
    executablePath: findBrowser(),
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
  const { page } = await openPage(browser, {});
  await signIn(page, "regulator-001");
  const seen = witness(page);
  const first = await page.goto(at(`/transactions/${id}`));
  expect(first?.headers()["cache-control"]).toContain("no-store");
  await openAll(page, secret);
  await page.goto(at("/status"));
  await page.goBack();
  await expect(page.getByText("Sealed for its 2 parties and escrow").first()).toBeVisible();
  await expectGone(page, seen, Object.values(secret));
  await openAll(page, secret);
  // The event that a browser sends when it restores a kept page.
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  expect(await page.content()).not.toContain(secret.rate);
  await openAll(page, secret);
  await page.getByRole("link", { name: "Help" }).first().click();
  await page.waitForURL(/\/help/);
  await page.goBack();
  await expect(page.getByText("Sealed for its 2 parties and escrow").first()).toBeVisible();
  await expectGone(page, seen, Object.values(secret));
  await browser.close();
});

test("signing out in another tab seals this one, and a printout has no value", async ({ browser }) => {
  const who = people(demo());
  const secret = canaries();
  const id = await submitTransaction(who.client456, secret);
  const { page } = await openPage(browser, {});
  await signIn(page, "client-456");
  const seen = witness(page);
  await page.goto(at(`/transactions/${id}`));
  // A party opens its own record without a dialog.
  await page.getByRole("button", { name: /^Open \d fields?$/ }).click();
  await expect(page.getByText(secret.rate)).toBeVisible({ timeout: 30_000 });
  await page.emulateMedia({ media: "print" });
  await expect(page.getByText(secret.rate)).toBeHidden();
  await expect(page.getByText("Opened values are not printed.").first()).toBeVisible();
  await page.emulateMedia({ media: "screen" });
  const other = await page.context().newPage();
  await other.goto(at("/transactions"));
  await other.locator("summary", { hasText: "Carla Brandt" }).click();
  await other.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByText(secret.rate)).toHaveCount(0, { timeout: BLANK_MS });
  await expectGone(page, seen, Object.values(secret));
});

test("a person without access reads why, and a person who may not know of the transaction cannot find it @deep", async ({
  browser,
}) => {
  const { who, id, secret } = await granted({ maxViews: 1 });
  const staff = await signedIn(browser, "coordinator-001:approve");
  await staff.page.goto(at(`/transactions/${id}`));
  await expect(staff.page.getByText("Metadata only")).toBeVisible();
  await expect(staff.page.getByRole("button", { name: /^Open/ })).toHaveCount(0);
  await staff.page.goto(at("/transactions/new"));
  await expect(
    staff.page.getByRole("heading", { level: 1, name: "You do not have access to this" }),
  ).toBeVisible();

  const stranger = await signedIn(browser, "client-123");
  await stranger.page.goto(at(`/transactions/${id}`));
  await expect(stranger.page.getByRole("heading", { level: 1 })).toContainText("Not found");
  await stranger.page.goto(at("/transactions/no-such-id"));
  await expect(stranger.page.getByRole("heading", { level: 1 })).toContainText("Not found");

  // The last view stays on the screen that used it; then none is left.
  const officer = await signedIn(browser, "regulator-001");
  await officer.page.goto(at(`/transactions/${id}`));
  const elsewhere = await officer.page.context().newPage();
  await elsewhere.goto(at(`/transactions/${id}`));
  await openAll(officer.page, secret);
  await expect(officer.page.getByText("0 of 1").filter({ visible: true })).toBeVisible();
  await expect(officer.page.getByText(secret.rate)).toBeVisible();
  await expect(elsewhere.getByRole("button", { name: /^Open/ })).toHaveCount(0);
  const refused = await who.regulator.post(`/confidential/transactions/${id}/audit`, { purpose: "audit" });
  expect(refused.json.code).toBe("access.views-exhausted");
  await officer.page.reload();
  await expect(officer.page.getByText("All views used").filter({ visible: true }).first()).toBeVisible();
  await expect(officer.page.getByText("You were refused").first()).toBeVisible();
});

test("a refusal while opening is shown in words, without a value @deep", async ({ browser }) => {
  const { who, id, grant, secret } = await granted();
  const { page } = await signedIn(browser, "regulator-001");
  await withoutStream(page);
  await page.goto(at(`/transactions/${id}`));
  await expect(page.getByRole("button", { name: /^Open \d/ })).toBeVisible();
  await who.coordinator.post(`/confidential/access/grants/${grant}/revoke`, { reason: "test" });
  await page.getByRole("button", { name: /^Open \d/ }).click();
  await expect(page.getByText("No grant in force covers this.")).toBeVisible();
  await expect(page.getByRole("dialog").getByRole("button", { name: "Open", exact: true })).toBeDisabled();
  await expect(page.getByText(/^Request id /)).toBeVisible();
  expect(await page.content()).not.toContain(secret.rate);
});

test("a lost connection loses no typed text and makes no second transaction @deep", async ({ browser }) => {
  const who = people(demo());
  const { page } = await openPage(browser, {});
  await signIn(page, "client-456");
  const job = `job-${canaries().memo}`;
  await page.goto(at("/transactions/new"));
  // A character that changes the direction of writing: the form accepts it, the server does not.
  await page.getByLabel("Job id").fill(`${job}\u202e`);
  await page.getByRole("checkbox", { name: "miner-789" }).check();
  await page.getByLabel("Amount", { exact: true }).fill("12.50");
  await page.getByRole("button", { name: "Check before submitting" }).click();
  await page.getByRole("button", { name: "Seal and submit" }).click();
  // The server names the value it refuses. The summary has the focus and leads to its control.
  const summary = page.getByRole("alert", { name: "One thing to correct" });
  await expect(summary).toBeFocused();
  await summary.getByRole("link").click();
  await expect(page.getByLabel("Job id")).toBeFocused();
  await page.getByLabel("Job id").fill(job);
  await page.getByRole("button", { name: "Check before submitting" }).click();

  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Seal and submit" }).click();
  await expect(page.getByText("The connection was lost.")).toBeVisible();
  await expect(page.getByText("12.50 EUR")).toBeVisible();
  await page.context().setOffline(false);

  // The call arrives, but its answer is lost.
  await page.route("**/confidential/transactions", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await page.getByRole("button", { name: "Seal and submit" }).click();
  await expect(page.getByRole("button", { name: "Seal and submit" })).not.toHaveAttribute(
    "aria-busy",
    "true",
  );
  await page.unroute("**/confidential/transactions");
  await page.getByRole("button", { name: "Seal and submit" }).click();
  await expect(page.getByText(`Sealed and stored: ${job}`)).toBeVisible();
  // The answer of the first attempt was lost. Its receipt was not.
  await expect(page.getByRole("button", { name: "Download the receipt" })).toBeVisible();
  const stored = await who.client456.get(`/confidential/transactions?job_id=${job}`);
  expect(stored.json.items).toHaveLength(1);
  // Going back after sending offers no second sending.
  await page.getByRole("link", { name: "View transaction" }).click();
  await page.waitForURL(/\/transactions\/[0-9a-f-]{36}$/);
  await page.goBack();
  await expect(page.getByLabel("Job id")).toHaveValue("");
});

test("the list is filtered by its address, and a party moves its transaction on @deep", async ({
  browser,
}) => {
  const who = people(demo());
  const job = `job-${canaries().memo}`;
  const created = await who.client456.post("/confidential/transactions", {
    ...newTransaction(canaries()),
    job_id: job,
  });
  const id = text(created, "transaction_id");
  const { page, faults } = await signedIn(browser, "client-456");
  await page.goto(at("/transactions"));
  await page.getByRole("textbox", { name: "Job", exact: true }).fill(job);
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.waitForURL(new RegExp(`job_id=${job}`));
  await expect(page.getByRole("row")).toHaveCount(2);
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole("link", { name: job }).click();
  await page.getByRole("button", { name: "Change state to Processing" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Change state to Processing" }).click();
  await expect(page.getByRole("button", { name: "Change state to Completed" })).toBeVisible();
  expect((await who.client456.get(`/confidential/transactions/${id}`)).json.status).toBe("processing");
  await page.goto(at("/transactions?status=failed&job_id=none"));
  await expect(page.getByText("No results")).toBeVisible();
  expect(faults()).toEqual([]);
});

test("an officer exports the record's part of the log as a signed bundle @deep", async ({ browser }) => {
  const { id } = await granted();
  const { page } = await signedIn(browser, "regulator-001");
  await page.goto(at(`/transactions/${id}`));
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export signed bundle" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.zip$/);
});
