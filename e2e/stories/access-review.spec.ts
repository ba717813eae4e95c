import { expect, type Page, test } from "@playwright/test";
import { z } from "zod";
import { countSteps } from "../support/count-steps";
import { demo } from "../support/instance";
import { pressOn } from "../support/keyboard";
import { visit } from "../support/page";
import { signedIn } from "../support/signed-in";
import { pictures } from "../support/take-pictures";
import { expectWhole } from "../support/whole";

// Compliance reviews people's access by keyboard alone; an administrator decides on compliance, and both sign.
test.describe.configure({ mode: "default" });

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const REVIEWER = "coordinator-001:compliance";
const ADMIN = "coordinator-001:admin";
const at = (address: string): string => new URL(address, demo().base_url).href;
const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const dialog = (page: Page) => page.getByRole("dialog");
const Row = z.object({
  id: z.string(),
  version: z.string(),
  may_decide: z.boolean(),
  decision: z.string().nullable(),
});
const Rows = z.object({ rows: z.object({ items: z.array(Row) }) });
const selected = (page: Page) => page.locator("tr[aria-current]");

/** Signs the review, and waits until the page shows the signature. */
async function sign(page: Page, signatures: number): Promise<void> {
  await page.getByRole("button", { name: "Sign the review" }).click();
  await dialog(page).getByRole("button", { name: "Sign", exact: true }).click();
  await expect(page.getByText(/ signed \d+ rows?/)).toHaveCount(signatures);
}

test("compliance reviews people by keyboard, an administrator decides on compliance, and both sign", async ({
  browser,
}) => {
  const { page: anke, faults } = await signedIn(browser, REVIEWER, DESKTOP);
  await visit(anke, at("/access-review"));
  await expect(heading(anke)).toHaveText("Access review");
  await anke.getByRole("button", { name: "Begin a review" }).click();
  await dialog(anke).getByRole("button", { name: "Begin review" }).click();
  await anke.waitForURL(/\/access-review\/[0-9a-f-]{36}/);
  const review = anke.url();
  await expect(anke.getByRole("button", { name: "Sign the review" })).toBeDisabled();
  await expectWhole(anke);
  await pictures(anke, "access-review");

  const first = await selected(anke).getByRole("rowheader").textContent();
  await anke.keyboard.press("y");
  await expect(selected(anke).getByRole("rowheader")).not.toHaveText(first ?? "");
  await expect(anke.getByText(/^1 of \d+/)).toBeVisible();
  await anke.keyboard.press("k");
  await expect(selected(anke).getByRole("rowheader")).toHaveText(first ?? "");
  await anke.keyboard.press("j");
  await anke.keyboard.press("x");
  await expect(dialog(anke)).toContainText("Once a second person agrees");
  await anke.keyboard.type("No longer needed.");
  await pictures(anke, "access-review-remove");
  await anke.keyboard.press("Tab");
  await anke.keyboard.press("Enter");
  await expect(selected(anke)).toContainText("Waits for a second person");
  await anke.keyboard.press("y");
  await expect(anke.getByText("Waits for a second person")).toHaveCount(0);

  const left = await leftOf(anke);
  await selectUndecided(anke);
  const steps = await countSteps(anke);
  // One key for each person: 40 are 40 presses, and the way to the next needs none.
  await anke.keyboard.press("y");
  await expect.poll(() => leftOf(anke)).toBe(left - 1);
  expect(await steps()).toBe(1);
  await keepLeft(anke);

  const { page: greta } = await signedIn(browser, ADMIN, DESKTOP);
  await visit(greta, review);
  const hers = await leftOf(greta);
  const keeps = greta.getByRole("button", { name: /^Keep: /, pressed: false });
  await keeps.and(greta.locator(":enabled")).first().click();
  await expect.poll(() => leftOf(greta)).toBe(hers - 1);
  await keepLeft(greta);
  await sign(anke, 1);
  await visit(greta, greta.url());
  await sign(greta, 2);
  await expect(greta.getByText("Digest of the result")).toBeVisible();
  await pictures(greta, "access-review-signed");
  const download = greta.waitForEvent("download");
  await greta.getByRole("link", { name: "Export as CSV" }).click();
  expect((await download).suggestedFilename()).toMatch(/^access-review-.*\.csv$/);
  const json = greta.waitForEvent("download");
  await greta.getByRole("link", { name: "Export as JSON" }).click();
  expect((await json).suggestedFilename()).toMatch(/^access-review-.*\.json$/);
  expect(faults()).toEqual([]);
});

/** Returns how many rows the reader has not decided yet. */
async function leftOf(page: Page): Promise<number> {
  const text = await page.getByText(/^You have (?:no|\d+) open rows?$/).textContent();
  return Number(/\d+/.exec(text ?? "")?.[0] ?? 0);
}

/** Keeps what is still open by the call that the page would make for each row. */
async function keepLeft(page: Page): Promise<void> {
  const review = at(`/confidential/admin/access-reviews/${new URL(page.url()).pathname.split("/").at(-1)}`);
  const { rows } = Rows.parse(await (await page.request.get(`${review}?limit=100`)).json());
  const open = rows.items.filter(({ may_decide, decision }) => may_decide && decision === null);
  if (open.length === 0) return;
  const answer = await page.request.post(`${review}/decisions`, {
    headers: { origin: new URL(review).origin },
    data: { decision: "keep", rows: open.map(({ id, version }) => ({ id, version })) },
  });
  expect(answer.status(), await answer.text()).toBe(200);
  await visit(page, page.url());
  expect(await leftOf(page)).toBe(0);
}

/** Moves with j and k to a row that the reader may decide and has not. */
async function selectUndecided(page: Page): Promise<void> {
  const open = page.locator("tr").filter({
    has: page.getByRole("button", { name: /^Keep: /, pressed: false }).and(page.locator(":enabled")),
  });
  await pressOn(open.first().getByRole("rowheader").getByRole("button"));
}

test("compliance sees who opened a transaction, and who may open it and why; an administrator does not learn that it exists", async ({
  browser,
}) => {
  const { page } = await signedIn(browser, REVIEWER, DESKTOP);
  const { items } = await (await page.request.get(at("/confidential/transactions?limit=1"))).json();
  const { transaction_id: id, job_id: job } = items[0];
  // Who saw it: one search and one page, with names and without codes.
  await visit(page, at("/"));
  const steps = await countSteps(page);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill(job);
  await expect(page.getByRole("option", { name: `Transaction ${job}` }).first()).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(heading(page)).toContainText(job);
  const seen = page.getByRole("region", { name: "Every access to these fields" });
  await expect(seen).toBeVisible();
  expect(await steps()).toBe(3);
  expect(await seen.textContent()).not.toMatch(/[0-9a-f]{8}(?:-|…)/);
  await visit(page, at(`/access-review/records?record=${id}`));
  await expect(page.getByRole("heading", { name: "Parties" })).toBeVisible();
  await expect(page.getByText(/in full/).first()).toBeVisible();
  await expectWhole(page);
  await pictures(page, "access-review-record");
  const { page: greta } = await signedIn(browser, ADMIN, DESKTOP);
  const answer = await greta.request.get(at(`/confidential/admin/record-access/${id}`));
  expect([answer.status(), (await answer.json()).code]).toEqual([404, "transaction.not-found"]);
});
