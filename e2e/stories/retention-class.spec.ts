import { expect, test } from "@playwright/test";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { at } from "../support/deciding";
import { demo } from "../support/instance";
import { signedIn } from "../support/signed-in";
import { canaries, submitTransaction } from "../support/steps";
import { pictures } from "../support/take-pictures";

// The retention class: legal or compliance set it with a reason, and only they see it.

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
});

test("legal keeps a record longer with a reason and resets it; parties and officers cannot see the class", async ({
  browser,
}) => {
  const who = people(demo());
  const tx = await submitTransaction(who.client456, canaries());
  const { page, faults } = await signedIn(browser, "coordinator-001:legal");
  await page.goto(at(`/transactions/${tx}`));
  await expect(page.getByText("Standard")).toBeVisible();
  await page.getByRole("button", { name: "Extend retention" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Extend retention" }).click();
  await expect(dialog.getByText("Enter the reason")).toBeVisible();
  await dialog.getByLabel("Reason").fill("Litigation");
  expect(await axeFindings(page)).toEqual([]);
  await pictures(page, "retention-dialog");
  await dialog.getByRole("button", { name: "Extend retention" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText("Extended")).toBeVisible();
  await pictures(page, "retention");
  for (const handle of [
    "client-456",
    "regulator-001",
    "coordinator-001:approve",
    "coordinator-001:support",
  ]) {
    const other = await signedIn(browser, handle);
    await other.page.goto(at(`/transactions/${tx}`));
    await expect(other.page.getByRole("heading", { level: 1 })).toContainText("job-123");
    await expect(other.page.getByText("Extended")).toHaveCount(0);
    await expect(other.page.getByRole("heading", { name: "Retention", exact: true })).toHaveCount(0);
    await other.page.context().close();
  }
  const body = { retention_class: "standard", reason: "Mine" };
  for (const caller of [who.client456, who.regulator, who.coordinator, who.support, who.executive])
    expect((await caller.post(`/confidential/transactions/${tx}/retention`, body)).status).toBe(403);
  await page.getByRole("button", { name: "Restore standard retention" }).click();
  await dialog.getByLabel("Reason").fill("Settled");
  await dialog.getByRole("button", { name: "Restore standard retention" }).click();
  await expect(page.getByText("Standard", { exact: true })).toBeVisible();
  expect(faults()).toEqual([]);
});
