import { type Browser, expect, type Page, test } from "@playwright/test";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { demo } from "../support/instance";
import { enterOn } from "../support/keyboard";
import { signedIn } from "../support/signed-in";
import { canaries, submitTransaction, text } from "../support/steps";
import { pictures } from "../support/take-pictures";

// Emergency access from start to end: an hour of masked values at once, notices to all deciders, and another person's review before the
// next use.

const HOLDER = "coordinator-001:break-glass";
const REASON = "Settlement stands still and the counterparty is unknown.";
const ENDPOINT = "/confidential/access/break-glass";
/** Time within which the end of access reaches open pages (portal.md). */
const BLANK_MS = 2_000;

const at = (path: string): string => new URL(path, demo().base_url).href;

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
});

async function pageOf(browser: Browser, handle: string, path: string) {
  const watched = await signedIn(browser, handle);
  await watched.page.goto(at(path));
  return watched;
}

async function ask(page: Page, transaction: string): Promise<void> {
  await page.getByLabel("Transactions", { exact: true }).fill(transaction);
  await page.getByRole("checkbox", { name: "Amount" }).check();
  await page.getByRole("checkbox", { name: "Settlement details" }).check();
  await page.getByLabel("Reason").fill(REASON);
}

test("a holder sees masked values for an hour, all deciders are notified, and a review allows the next use", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const who = people(demo());
  const secret = canaries();
  const tx = await submitTransaction(who.client456, secret);
  const holder = await pageOf(browser, HOLDER, "/break-glass");
  const { page } = holder;

  // A form that cannot be sent says why, and where.
  await page.getByRole("button", { name: "Start emergency access" }).click();
  const summary = page.getByRole("alert", { name: "Some entries are missing" });
  await expect(summary.getByRole("link")).toHaveCount(3);
  await page.getByLabel("Reason").fill("Too short");
  await expect(summary.getByText("Enter the reason in at least 20 characters")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await pictures(page, "break-glass-errors");
  await ask(page, tx);
  await pictures(page, "break-glass-form");
  await enterOn(page, page.getByRole("button", { name: "Start emergency access" }));
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(REASON)).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await pictures(page, "break-glass-confirm");
  await dialog.getByRole("button", { name: "Start emergency access" }).click();
  await page.waitForURL(/\/break-glass\/[0-9a-f-]{36}$/);
  const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";

  await expect(page.getByRole("timer")).toHaveText(/^(59|60) min|^1 h 0 min/);
  await page.getByRole("button", { name: /^View masked fields/ }).click();
  await expect(page.locator("[data-opened]")).toHaveCount(2);
  const shown = await page.content();
  expect([secret.iban, secret.memo, "1000"].filter((one) => shown.includes(one))).toEqual([]);
  await expect(page.getByText("1 of 12")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await pictures(page, "break-glass-open");

  // Every decider was notified, and what they read names the use.
  for (const handle of ["coordinator-001:legal", "coordinator-001:approve"]) {
    const seen = await pageOf(browser, handle, "/notifications");
    await expect(seen.page.locator(`a[href="/break-glass/${id}"]`).first()).toBeVisible();
    await seen.page.context().close();
  }
  const reviewer = await pageOf(browser, "coordinator-001:legal", `/break-glass/${id}`);
  await expect(reviewer.page.getByText(REASON)).toBeVisible();
  await expect(reviewer.page.getByText("Your review")).toHaveCount(0);
  await expect(reviewer.page.locator("[data-opened]")).toHaveCount(0);

  // It blocks the next use, on the page and in the API.
  const blocked = await pageOf(browser, HOLDER, "/break-glass");
  await expect(blocked.page.getByText(/ is running$/)).toBeVisible();
  await expect(blocked.page.getByLabel("Transactions", { exact: true })).toHaveCount(0);
  const again = await who.glassHolder.post(ENDPOINT, {
    transactions: [tx],
    fields: ["amount"],
    reason: REASON,
  });
  expect([again.status, again.json.reason]).toEqual([403, "floor.review-due"]);

  // A reviewer ends it: what is open on the holder's screen is blank within two seconds.
  await reviewer.page.getByRole("button", { name: "End emergency access" }).click();
  await reviewer.page.getByRole("dialog").getByLabel("Reason").fill("Seen what was needed");
  await reviewer.page.getByRole("dialog").getByRole("button", { name: "End emergency access" }).click();
  await expect(reviewer.page.getByRole("dialog")).toHaveCount(0);
  await expect(page.locator("[data-opened]")).toHaveCount(0, { timeout: BLANK_MS });

  const waiting = await pageOf(browser, "coordinator-001:legal", "/");
  await expect(
    waiting.page.getByRole("listitem").filter({ hasText: "Review the emergency access of Yara Demir" }),
  ).toBeVisible();
  await pictures(waiting.page, "break-glass-home");
  await waiting.page.getByRole("link", { name: /^Review emergency access\s*: BG-/ }).click();
  await waiting.page.waitForURL(/\/break-glass\//);
  await waiting.page.getByRole("button", { name: "Sign the review" }).click();
  await expect(waiting.page.getByText("Choose one of the two").first()).toBeVisible();
  await waiting.page.getByRole("radio", { name: /^Justified/ }).check();
  await waiting.page.getByLabel("What you checked and found").fill("The standstill is in the log");
  expect(await axeFindings(waiting.page)).toEqual([]);
  await pictures(waiting.page, "break-glass-review");
  await waiting.page.getByRole("button", { name: "Sign the review" }).click();
  await expect(waiting.page.getByText("The standstill is in the log")).toBeVisible();
  await expect(waiting.page.getByRole("button", { name: "Sign the review" })).toHaveCount(0);
  await pictures(waiting.page, "break-glass-reviewed");

  await page.goto(at("/break-glass"));
  await expect(page.getByLabel("Transactions", { exact: true })).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "Found justified" })).toHaveCount(1);
  await pictures(page, "break-glass-list");
  expect([holder, reviewer, blocked, waiting].flatMap(({ faults }) => faults())).toEqual([]);
});

test("only holders can use emergency access, and only deciders can read of a use or review it, by page and by API @deep", async ({
  browser,
}) => {
  const who = people(demo());
  const tx = await submitTransaction(who.client456, canaries());
  const body = { transactions: [tx], fields: ["amount"], reason: REASON };
  for (const caller of [who.legal, who.support, who.executive, who.regulator, who.auditor, who.client456]) {
    const answer = await caller.post(ENDPOINT, body);
    expect([403, 404], answer.text).toContain(answer.status);
  }
  const used = await who.glassHolder.post(ENDPOINT, body);
  expect(used.status, used.text).toBe(201);
  const id = text(used, "id");
  expect((await who.support.get(`${ENDPOINT}/${id}`)).status).toBe(404);
  expect((await who.support.get(ENDPOINT)).json.items).toEqual([]);
  expect((await who.regulator.get(`${ENDPOINT}/${id}`)).status).toBe(403);
  const review = { outcome: "justified", comment: "Fine" };
  for (const caller of [who.glassHolder, who.support, who.regulator])
    expect((await caller.post(`${ENDPOINT}/${id}/reviews`, review)).status).toBe(403);
  // No one can review it while it runs.
  expect((await who.legal.post(`${ENDPOINT}/${id}/reviews`, review)).status).toBe(409);

  const support = await pageOf(browser, "coordinator-001:support", `/break-glass/${id}`);
  await expect(support.page.getByText(REASON)).toHaveCount(0);
  await support.page.goto(at("/break-glass"));
  await expect(support.page.getByText("No emergency access yet")).toBeVisible();
  await expect(support.page.getByLabel("Transactions", { exact: true })).toHaveCount(0);
  for (const handle of ["regulator-001", "client-456"]) {
    const { page } = await pageOf(browser, handle, "/break-glass");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("You do not have access to this");
    await page.context().close();
  }
  expect(
    (await who.glassHolder.post(`/confidential/access/grants/${id}/revoke`, { reason: "over" })).status,
  ).toBe(200);
  expect((await who.executive.post(`${ENDPOINT}/${id}/reviews`, review)).status).toBe(201);
});
