import { expect, type Page, test } from "@playwright/test";
import { people } from "../support/api";
import { demo } from "../support/instance";
import { openFields } from "../support/opening";
import { signedIn } from "../support/signed-in";
import { approve, canaries, fileRequest, orderFacts, submitTransaction, text } from "../support/steps";
import { pictures } from "../support/take-pictures";
import { expectWhole } from "../support/whole";

// One case from its number to its entries of the log; a saved view of a list; the operator's figures of the same day.

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const at = (path: string): string => new URL(path, demo().base_url).href;
const open = (page: Page, path: string) => page.goto(at(path), { waitUntil: "networkidle" });
const heading = (page: Page) => page.getByRole("heading", { level: 1 });

async function saveView(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Save this view" }).click();
  const dialog = page.getByRole("dialog", { name: "Save this view" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Save this view" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("link", { name: new RegExp(`^${name}`) }).last()).toHaveAttribute(
    "aria-current",
    "page",
  );
}

test("an officer finds a case by its number and reads what happened, and compliance reads the figures", async ({
  browser,
}) => {
  const who = people(demo());
  const transaction = await submitTransaction(who.client456, canaries());
  const facts = orderFacts();
  const request = await fileRequest(who.regulator, transaction, facts);
  const grant = await approve(who, request, facts);
  const asking = { purpose: "audit", grant_id: grant };
  const opened = await who.regulator.post(`/confidential/transactions/${transaction}/audit`, asking);
  const copy = { access_id: text(opened, "access_id"), fields: ["amount"] };
  await who.regulator.post(`/confidential/transactions/${transaction}/copies`, copy);

  const { page, faults } = await signedIn(browser, "regulator-001", DESKTOP);
  await open(page, "/cases");
  await expectWhole(page);
  await pictures(page, "cases");
  await page.keyboard.press("Control+k");
  const find = page.getByRole("dialog", { name: "Find" });
  await find.getByRole("combobox").fill(facts.case_number.replaceAll(" ", "").toLowerCase());
  await expect(find.getByRole("option", { name: `Case ${facts.case_number}` }).first()).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(heading(page)).toContainText(facts.case_number);
  expect(new URL(page.url()).pathname).toMatch(/^\/cases\/[0-9a-f-]{36}$/);
  expect(page.url()).not.toContain(encodeURIComponent(facts.case_number));

  const happened = page.getByRole("region", { name: "What happened" });
  await expect(happened.getByText(/You opened .* of transaction /)).toBeVisible();
  await expect(happened.getByText(/You copied amount of transaction /)).toBeVisible();
  await expect(happened.getByText(/Lena Hartmann approved AR-/)).toBeVisible();
  await expect(happened.getByRole("link", { name: /^[\d,]+$/ }).first()).toBeVisible();
  await expectWhole(page);
  await pictures(page, "case");
  // From the case to the fields: two presses.
  expect(await openFields(page, { button: "Open fields" })).toBe(2);
  await page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).first().click();
  await happened.getByRole("link", { name: /^Openings/ }).click();
  await expect(happened.getByText(/Lena Hartmann approved/)).toHaveCount(0);
  await page.getByRole("button", { name: "Table: Overview" }).click();
  const table = page.getByRole("table", { name: "Periods and openings of this case" });
  await expect(table.getByRole("row").filter({ hasText: "Order" })).toBeVisible();

  await page.getByRole("button", { name: "Follow and be notified" }).click();
  await expect(page.getByRole("button", { name: `Following ${facts.case_number}` })).toBeVisible();
  await page.getByRole("link", { name: "Evidence pack" }).click();
  await expect(page).toHaveURL(/\/grants\/[0-9a-f-]{36}#pack$/);
  const [pack] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Make evidence pack" }).click(),
  ]);
  expect(pack.suggestedFilename()).toMatch(/^EV-\d{4}-\d{8}-pack\.zip$/);
  await expect(page.getByText("Evidence was made and downloaded")).toBeVisible();
  await pictures(page, "evidence-pack");
  await open(page, "/notifications");
  const followed = page.getByRole("table", { name: "Following" });
  await expect(followed.getByRole("link", { name: `Case ${facts.case_number}` })).toBeVisible();
  await expectWhole(page);
  await pictures(page, "following");

  await open(page, "/audit?action=disclosure.open&outcome=done");
  const log = page.getByRole("table", { name: /^Entries of the log/ });
  await expect(log.getByText(/opened amount.* of transaction /).first()).toBeVisible();
  await saveView(page, "Openings done");
  await page.getByText("Columns", { exact: true }).click();
  await page.getByRole("checkbox", { name: "Actor" }).check();
  await expect(log.getByRole("columnheader", { name: "Actor" })).toBeVisible();
  await expectWhole(page);
  await pictures(page, "log-view");
  await log.getByRole("link").first().click();
  await expect(page.getByRole("complementary", { name: "Facts" })).toContainText(/Fields.*amount/);
  await pictures(page, "log-entry");
  await open(page, "/audit/print?action=disclosure.open&details=1");
  await expect(log).toContainText(/Opened by/);
  await pictures(page, "log-print");

  await open(page, "/grants?view=all");
  await saveView(page, "Every grant");
  await page.getByText("Columns", { exact: true }).click();
  await page.getByRole("checkbox", { name: "Ends" }).uncheck();
  await expect(page.getByRole("columnheader", { name: "Ends" })).toHaveCount(0);
  await expectWhole(page);
  await pictures(page, "saved-view");
  expect(faults()).toEqual([]);

  const compliance = await signedIn(browser, "coordinator-001:compliance", DESKTOP);
  await open(compliance.page, "/operations");
  await expect(heading(compliance.page)).toHaveText("Operations");
  await expect(compliance.page.getByText(/All parts answer|do(es)? not answer/).first()).toBeVisible();
  await expectWhole(compliance.page);
  await pictures(compliance.page, "operations");
  await compliance.page.getByRole("button", { name: "Show as tables" }).click();
  const openings = compliance.page.getByRole("table", { name: /^Openings under a grant/ });
  await expect(openings.getByRole("row").filter({ hasText: "in full" }).first()).toBeVisible();
  await expectWhole(compliance.page);
  expect(compliance.faults()).toEqual([]);
});
