import { expect, type Page, test } from "@playwright/test";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { APPROVER, at, file, LEGAL, newOrder, open } from "../support/deciding";
import { demo } from "../support/instance";
import { signedIn } from "../support/signed-in";
import { text } from "../support/steps";

// Acts of a reviewer that neither approve nor deny, as both sides see them; and the search of the history.

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
});

/** Opens the dialog of an act, gives its reason and does it. */
async function actWithReason(page: Page, opens: string, does: string, reason: string): Promise<void> {
  await page.getByRole("button", { name: opens, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: does, exact: true }).click();
  await expect(dialog.getByText("Enter the reason")).toBeVisible();
  await dialog.getByLabel("Reason for the requester and the reviewers").fill(reason);
  expect(await axeFindings(page)).toEqual([]);
  await dialog.getByRole("button", { name: does, exact: true }).click();
  await expect(dialog).toHaveCount(0);
}

test("a deadline is extended once, with a reason and a date that both sides see, and the request can still be decided", async ({
  browser,
}) => {
  const id = await file(newOrder());
  const { page, faults } = await open(browser, LEGAL, id);
  await actWithReason(page, "Extend deadline", "Extend deadline", "The archive is abroad");
  await expect(page.getByRole("button", { name: "Extend deadline", exact: true })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Approve as requested" })).toBeVisible();
  const officer = await open(browser, "regulator-001", id);
  await expect(officer.page.getByText("The archive is abroad")).toBeVisible();
  await expect(officer.page.getByText(/extended the deadline/)).toBeVisible();
  await expect(officer.page.getByText("Answer due", { exact: true })).toBeVisible();
  // When reviewers should have decided is internal.
  await expect(officer.page.getByText("Review by")).toHaveCount(0);
  await expect(officer.page.getByText("Other outcomes")).toHaveCount(0);
  expect([...faults(), ...officer.faults()]).toEqual([]);
});

test("only legal claims a privilege, and the request cannot be decided while the claim is open @deep", async ({
  browser,
}) => {
  const id = await file(newOrder());
  const other = await open(browser, APPROVER, id);
  await expect(other.page.getByRole("button", { name: "Claim a privilege", exact: true })).toHaveCount(0);
  const { page, faults } = await open(browser, LEGAL, id);
  await actWithReason(page, "Claim a privilege", "Claim privilege", "Letters of counsel");
  await expect(page.getByText("Privilege claimed", { exact: false }).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Approve as requested" })).toHaveCount(0);
  await actWithReason(page, "Settle claim", "Settle claim", "The letters are out");
  await expect(page.getByRole("button", { name: "Approve as requested" })).toBeVisible();
  await expect(page.getByText(/settled the claim of privilege/)).toBeVisible();
  expect([...faults(), ...other.faults()]).toEqual([]);
});

test("the history is found by its case number, and only by people who may know of it @deep", async ({
  browser,
}) => {
  const order = newOrder();
  const id = await file(order);
  const { regulator } = people(demo());
  const reference = text(await regulator.get(`/confidential/access/requests/${id}`), "reference");
  for (const [handle, count] of [
    // A reviewer who has not read the order does not know its number.
    [LEGAL, 0],
    ["regulator-001", 1],
    ["auditor-001", 0],
  ] as const) {
    const { page, faults } = await signedIn(browser, handle);
    await page.goto(at(`/requests?view=${handle === LEGAL ? "all" : "mine"}`));
    await page.getByText("Search history").click();
    await page.getByLabel("Case number").fill(order.case_number);
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.waitForURL(/case_number=/);
    await expect(page.getByRole("row").filter({ hasText: reference })).toHaveCount(count);
    await expect(page.getByLabel("Case number")).toHaveValue(order.case_number);
    expect(await axeFindings(page)).toEqual([]);
    expect(faults()).toEqual([]);
  }
});
