import { expect, test } from "@playwright/test";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { demo } from "../support/instance";
import { openPage } from "../support/page";
import { signedIn } from "../support/signed-in";
import { canaries, decide, fileRequest, orderFacts, submitTransaction, text } from "../support/steps";

// What each person has to do now, and how a request moves from home to home without a reload.

const at = (path: string): string => new URL(path, demo().base_url).href;
const PEOPLE = [
  "client-456",
  "miner-789",
  "auditor-001",
  "regulator-001",
  "coordinator-001:legal",
  "coordinator-001:approve",
  "coordinator-001:support",
  "coordinator-001:admin",
  "coordinator-001:executive",
  "coordinator-001:break-glass",
] as const;

for (const handle of PEOPLE) {
  test(`the home of ${handle} is whole in both themes and at 320 pixels @deep`, async ({ browser }) => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page, faults } = await signedIn(browser, handle, { colorScheme });
      await page.goto(at("/"));
      await expect(page.getByRole("heading", { level: 1, name: "What needs you now" })).toBeVisible();
      await expect(page.getByRole("link", { name: "Home", exact: true }).first()).toHaveAttribute(
        "aria-current",
        "page",
      );
      expect(await axeFindings(page)).toEqual([]);
      await page.setViewportSize({ width: 320, height: 700 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
      expect(faults()).toEqual([]);
      await page.context().close();
    }
  });
}

test("a request moves from home to home without a reload", async ({ browser }) => {
  const who = people(demo());
  const tx = await submitTransaction(who.client456, canaries());
  const facts = orderFacts();
  const [legal, approver, officer] = await Promise.all([
    signedIn(browser, "coordinator-001:legal"),
    signedIn(browser, "coordinator-001:approve"),
    signedIn(browser, "regulator-001"),
  ]);
  for (const { page } of [legal, approver, officer]) await page.goto(at("/"));
  const id = await fileRequest(who.regulator, tx, facts);
  const reference = text(await who.regulator.get(`/confidential/access/requests/${id}`), "reference");
  const needs = ({ page }: typeof legal) =>
    page
      .getByRole("list", { name: "Open tasks, most urgent first" })
      .getByRole("listitem")
      .filter({ hasText: reference });
  await expect(needs(legal)).toBeVisible();
  await expect(needs(approver)).toHaveCount(0);
  await expect(legal.page.getByRole("link", { name: "Home", exact: true }).first()).toHaveAttribute(
    "aria-current",
    "page",
  );
  await expect(officer.page.getByRole("row").filter({ hasText: reference })).toContainText("Legal review");
  await decide(who.legal, id, "legal", facts);
  await expect(needs(approver)).toBeVisible();
  await expect(needs(legal)).toHaveCount(0);
  const ask = { stage: "coordinator", decision: "ask", comment: "Which annex is meant?" };
  expect((await who.coordinator.post(`/confidential/access/requests/${id}/decisions`, ask)).status).toBe(200);
  await expect(needs(officer)).toContainText("Which annex is meant?");
  await expect(needs(approver)).toHaveCount(0);
  await needs(officer)
    .getByRole("link", { name: /^Answer/ })
    .click();
  await expect(officer.page).toHaveURL(at(`/requests/${id}`));
});

test("the front page stays for people who are not signed in", async ({ browser }) => {
  const { page } = await openPage(browser, {});
  await page.goto(at("/"));
  await expect(page.getByRole("heading", { name: "What needs you now" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Sign in" }).first()).toBeVisible();
});
