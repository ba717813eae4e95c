import { type Browser, expect, test } from "@playwright/test";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { demo } from "../support/instance";
import { openPage } from "../support/page";
import { signedIn } from "../support/signed-in";
import {
  approve,
  canaries,
  type Filing,
  fileRequest,
  orderFacts,
  submitTransaction,
  text,
} from "../support/steps";

// A grant as its holder, its reviewers and other people see it. The end of a grant reaches open pages.

const HOLDER = "regulator-001";
const REVIEWER = "coordinator-001:approve";
/** Time within which a revocation clears an open page (portal.md). */
const BLANK_MS = 2_000;
const DAY_MS = 86_400_000;
const REASON = "The court has set the order aside.";

const at = (path: string): string => new URL(path, demo().base_url).href;
const inUtc = (ms: number): string => new Date(Date.now() + ms).toISOString().replace(/\.\d+Z$/, "Z");

async function granted(filing: Filing = {}): Promise<{ tx: string; id: string; requestId: string }> {
  const who = people(demo());
  const tx = await submitTransaction(who.client456, canaries());
  const facts = orderFacts();
  const requestId = await fileRequest(who.regulator, tx, facts, filing);
  return { tx, requestId, id: await approve(who, requestId, facts) };
}

async function pageOf(browser: Browser, handle: string, path: string) {
  const watched = await signedIn(browser, handle);
  await watched.page.goto(at(path));
  return watched;
}

test("a grant shows its time, its views, its fields, its legal authority and its deciders", async ({
  browser,
}) => {
  const { id, tx } = await granted({ until: inUtc(5 * DAY_MS), maxViews: 7 });
  const { page, faults } = await pageOf(browser, HOLDER, `/grants/${id}`);
  await expect(page.getByRole("heading", { level: 1, name: "Access to one transaction" })).toBeVisible();
  const facts = page.getByRole("complementary", { name: "Facts" });
  await expect(facts.getByRole("timer")).toHaveText(/^4 days 23 h$|^5 days 0 h$/);
  await expect(facts.getByText("7 of 7")).toBeVisible();
  await expect(facts.getByText(/^Court order, 18 O /)).toBeVisible();
  await expect(facts.getByText("Lena Hartmann")).toBeVisible();
  await expect(facts.getByText("Ines Vogel")).toBeVisible();
  await expect(page.getByText("Not in this grant")).toHaveCount(4);
  await expect(page.getByText("No openings yet")).toBeVisible();
  await expect(page.getByRole("button", { name: "Open fields" })).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);

  const { regulator } = people(demo());
  const opened = await regulator.post(`/confidential/transactions/${tx}/audit`, {
    purpose: "audit",
    grant_id: id,
  });
  // Without a reload: the opening was made elsewhere.
  await expect(page.getByText("You opened amount and pricing of job-123")).toBeVisible();
  await expect(facts.getByText("6 of 7")).toBeVisible();

  // A copy is listed as well, also after the end of the grant: the acts are the same as on the transaction's page.
  const copy = { access_id: text(opened, "access_id"), fields: ["amount"] };
  const copied = await regulator.post(`/confidential/transactions/${tx}/copies`, copy);
  expect(copied.status, copied.text).toBe(201);
  await regulator.post(`/confidential/access/grants/${id}/revoke`, { reason: "Done." });
  await page.reload();
  await expect(page.getByText("You copied amount of job-123")).toBeVisible();
  await expect(page.getByText("You opened amount and pricing of job-123")).toBeVisible();
  await page.goto(at(`/transactions/${tx}`));
  const every = page.getByRole("region", { name: "Every access to these fields" });
  await expect(every.getByText(/copied amount$/)).toBeVisible();
  await expect(every.getByText(/opened amount and pricing$/)).toBeVisible();
  expect(faults()).toEqual([]);
});

test("a coordinator revokes a grant, and its holder's open page says so within two seconds", async ({
  browser,
}) => {
  const { id, tx } = await granted();
  const holder = await pageOf(browser, HOLDER, `/grants/${id}`);
  const list = await pageOf(browser, HOLDER, "/grants");
  const elsewhere = await pageOf(browser, "auditor-001", "/grants");
  await expect(list.page.locator(`a[href="/grants/${id}"]`)).toBeVisible();

  const reviewer = await pageOf(browser, REVIEWER, `/grants/${id}`);
  await reviewer.page.getByRole("button", { name: "Revoke", exact: true }).click();
  const dialog = reviewer.page.getByRole("dialog", { name: "Revoke grant" });
  await dialog.getByRole("button", { name: "Revoke grant" }).click();
  await expect(dialog.getByText("Enter the reason")).toBeVisible();
  await expect(dialog.getByLabel("Reason")).toBeFocused();
  expect(await axeFindings(reviewer.page)).toEqual([]);
  await dialog.getByLabel("Reason").fill(REASON);
  const answered = reviewer.page.waitForResponse((response) =>
    response.url().endsWith(`/grants/${id}/revoke`),
  );
  await dialog.getByRole("button", { name: "Revoke grant" }).click();
  expect((await answered).status()).toBe(200);
  const facts = holder.page.getByRole("complementary", { name: "Facts" });
  await expect(facts.getByText("Revoked", { exact: true })).toBeVisible({ timeout: BLANK_MS });

  await expect(holder.page.getByText(`Reason: ${REASON}`)).toBeVisible();
  await expect(holder.page.getByRole("button", { name: "Open fields" })).toHaveCount(0);
  await expect(holder.page.getByRole("button", { name: "End my access" })).toHaveCount(0);
  await expect(list.page.locator(`a[href="/grants/${id}"]`)).toHaveCount(0);
  await expect(reviewer.page.getByText(`Reason: ${REASON}`)).toBeVisible();
  await expect(elsewhere.page.getByText(REASON)).toHaveCount(0);
  const refused = await people(demo()).regulator.post(`/confidential/transactions/${tx}/audit`, {
    purpose: "audit",
    grant_id: id,
  });
  expect(refused.status).toBe(403);
  for (const one of [holder, list, reviewer, elsewhere]) expect(one.faults()).toEqual([]);
});

test("its holder can end a grant, once @deep", async ({ browser }) => {
  const { id } = await granted();
  const { page } = await pageOf(browser, HOLDER, `/grants/${id}`);
  const { page: other } = await pageOf(browser, HOLDER, `/grants/${id}`);
  await other.getByRole("button", { name: "End my access" }).click();
  await other.getByLabel("Reason").fill("Done early.");
  // The second tab has its dialog open while the first acts. The page behind it may change, but the typed text must stay.
  await people(demo()).regulator.post(`/confidential/access/grants/${id}/revoke`, { reason: "Not needed." });
  await expect(page.getByText("Reason: Not needed.")).toBeVisible();
  await expect(other.getByText("Reason: Not needed.")).toBeAttached();
});

test("an untouched page shows the end of a grant at that moment @deep", async ({ browser }) => {
  const { id, tx } = await granted({ until: inUtc(45_000) });
  const { page } = await pageOf(browser, HOLDER, `/grants/${id}`);
  const facts = page.getByRole("complementary", { name: "Facts" });
  await expect(facts.getByRole("timer")).toHaveText(/^0 min \d+ s$/);
  await expect(facts.getByText("This grant has expired.")).toBeVisible({ timeout: 90_000 });
  await expect(facts.getByRole("timer")).toHaveCount(0);
  await page.goto(at("/grants"));
  await expect(page.locator(`a[href="/grants/${id}"]`)).toHaveCount(0);
  await page.getByRole("navigation", { name: "Saved views" }).getByRole("link", { name: "Ended" }).click();
  await expect(page.locator(`a[href="/grants/${id}"]`)).toBeVisible();
  const refused = await people(demo()).regulator.post(`/confidential/transactions/${tx}/audit`, {
    purpose: "audit",
    grant_id: id,
  });
  expect(refused.status).toBe(403);
});

test("other people cannot see a grant, and a party cannot see that grants exist @deep", async ({
  browser,
}) => {
  const { id } = await granted();
  for (const handle of ["auditor-001", "coordinator-001:support"]) {
    const { page } = await pageOf(browser, handle, `/grants/${id}`);
    await expect(page.getByRole("heading", { level: 1, name: "Not found" })).toBeVisible();
    expect(await page.content()).not.toContain("18 O ");
  }
  const party = await pageOf(browser, "client-456", `/grants/${id}`);
  await expect(
    party.page.getByRole("heading", { level: 1, name: "You do not have access to this" }),
  ).toBeVisible();
  const places = party.page.getByRole("navigation", { name: "Places" }).first();
  await expect(places.getByRole("link", { name: "Grants" })).toHaveCount(0);
  const unknown = await pageOf(browser, HOLDER, "/grants/not-an-id");
  await expect(unknown.page.getByRole("heading", { level: 1, name: "Not found" })).toBeVisible();
  const visitor = await openPage(browser, {});
  await visitor.page.goto(at(`/grants/${id}`));
  await expect(visitor.page).toHaveURL(/\/sign-in\?to=/);
});

test("a grant is revoked by keyboard alone @deep", async ({ browser }) => {
  const { id } = await granted();
  const { page } = await pageOf(browser, REVIEWER, `/grants/${id}`);
  const button = page.getByRole("button", { name: "Revoke", exact: true });
  while (!(await button.evaluate((element) => element === document.activeElement)))
    await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const reason = page.getByLabel("Reason");
  await expect(reason).toBeVisible();
  while (!(await reason.evaluate((element) => element === document.activeElement)))
    await page.keyboard.press("Tab");
  await page.keyboard.type(REASON);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByText(`Reason: ${REASON}`)).toBeVisible();
});
