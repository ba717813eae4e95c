import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, type Page, test } from "@playwright/test";
import { people } from "../support/api";
import { axeFindings, pageFindings } from "../support/axe";
import { startWithClosedLog, type TwoLogs } from "../support/closed-log";
import { demo as oneLog } from "../support/instance";
import { enterOn } from "../support/keyboard";
import { visit } from "../support/page";
import { signedIn } from "../support/signed-in";
import { approve, canaries, fileRequest, orderFacts, submitTransaction } from "../support/steps";

// After the loss of the signer's store the old log is closed and a new one begins. The pages show both.
test.describe.configure({ timeout: 300_000 });

const run = promisify(execFile);
const DESKTOP = { viewport: { width: 1440, height: 900 } };
let two: TwoLogs;

test.beforeAll(async () => {
  test.setTimeout(11 * 60_000);
  two = await startWithClosedLog();
});
test.afterAll(() => two?.stop());

const at = (address: string) => new URL(address, two.demo.base_url).href;
const ofOld = (address: string) =>
  `${address}${address.includes("?") ? "&" : "?"}log=${encodeURIComponent(two.old)}`;
const choice = (page: Page) => page.getByRole("navigation", { name: "Logs of this instance" });
const drawer = (page: Page) => page.getByRole("complementary", { name: "Facts" });
const log = (page: Page) => page.getByRole("table", { name: "Entries of the log, newest first" });
const apiCall = (page: Page) => page.getByRole("button", { name: "Copy as API call" });
const as = (browser: Parameters<typeof signedIn>[0], handle = "auditor-001", options = {}) =>
  signedIn(browser, handle, { ...DESKTOP, ...options }, two.demo);

test("by keyboard an auditor goes to the closed log, opens an entry there and checks its proof", async ({
  browser,
}) => {
  const { page, faults } = await as(browser);
  await visit(page, at("/audit"));
  await expect(choice(page).getByRole("link")).toHaveText(["Current log", `Closed: ${two.old}`]);
  await expect(choice(page).getByRole("link", { name: "Current log" })).toHaveAttribute(
    "aria-current",
    "page",
  );
  await expect(page.getByRole("button", { name: "Refresh" })).toBeVisible();
  await expect(apiCall(page)).not.toHaveAttribute("title", /log=/);
  await enterOn(page, choice(page).getByRole("link", { name: /^Closed/ }));
  await page.waitForURL((url) => url.searchParams.get("log") === two.old);
  await expect(page.getByText("This log is closed and gets no new entries")).toBeVisible();
  await expect(page.getByText(`Its last checkpoint covers ${two.size.toLocaleString("en")}`)).toBeVisible();
  await expect(page.getByRole("main")).toContainText(`logged in the current log, ${two.present}.`);
  // A closed log gets no new entries, so the page offers no refresh and shows no waiting entries.
  await expect(page.getByRole("button", { name: "Refresh" })).toHaveCount(0);
  await expect(log(page)).not.toContainText("waiting");
  await expect(apiCall(page)).toHaveAttribute("title", new RegExp(`log=${encodeURIComponent(two.old)}`));
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.searchParams.has("entry") && url.searchParams.get("log") === two.old);
  await expect(drawer(page)).toContainText(two.old);
  await expect(drawer(page).getByRole("region", { name: "The entry", exact: true })).toContainText(
    `?log=${encodeURIComponent(two.old)}`,
  );
  await visit(page, at(ofOld("/audit?entry=3")));
  // A key pressed before the page listens has no effect, so the test presses it again.
  await expect(async () => {
    await page.keyboard.press("v");
    await expect(drawer(page).getByText("Verified in this browser")).toBeVisible({ timeout: 2_000 });
  }).toPass();
  expect(await axeFindings(page)).toEqual([]);
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("filter, pagination and the other pages keep the closed log; leaving it keeps the filter @deep", async ({
  browser,
}) => {
  const { page, faults } = await as(browser);
  await visit(page, at(ofOld("/audit?before=30")));
  const isOld = (url: URL) => url.searchParams.get("log") === two.old;
  await page.getByRole("link", { name: "Newer" }).click();
  await page.waitForURL((url) => isOld(url) && url.searchParams.has("after"));
  await page.getByRole("link", { name: "Newest" }).click();
  await page.waitForURL((url) => isOld(url) && !url.searchParams.has("after"));
  await page.getByLabel("Action", { exact: true }).selectOption("audit.export");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.waitForURL((url) => isOld(url) && url.searchParams.get("action") === "audit.export");
  await expect(log(page).getByRole("row").nth(1)).toContainText(/ exported the log as /);
  await expect(page.getByRole("link", { name: "Clear filter" })).toHaveAttribute("href", /log=/);
  for (const name of ["Verify log", "Print", "Export"])
    await expect(page.getByRole("main").getByRole("link", { name, exact: true })).toHaveAttribute(
      "href",
      /log=/,
    );
  await choice(page).getByRole("link", { name: "Current log" }).click();
  await page.waitForURL(
    (url) => !url.searchParams.has("log") && url.searchParams.get("action") === "audit.export",
  );
  await visit(page, at(ofOld("/audit")));
  await page.getByRole("link", { name: "Entry 0 of the next log" }).click();
  await page.waitForURL((url) => !url.searchParams.has("log") && url.searchParams.get("entry") === "0");
  await expect(drawer(page)).toContainText(
    `This log follows the closed log ${two.old}. The closed log lost no entries.`,
  );
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("the closed log is exported, at once and in the background, verifies, and the history names the log of each export @deep", async ({
  browser,
}) => {
  const { page, faults } = await as(browser);
  const folder = mkdtempSync(path.join(tmpdir(), "sealport-e2e-closed-"));
  await visit(page, at(ofOld("/audit/verify")));
  const policy = await page.getByRole("region", { name: "Content of policy.json" }).textContent();
  writeFileSync(path.join(folder, "policy.json"), policy ?? "");
  await page.getByRole("link", { name: "Prepare bundle" }).click();
  const ready = page.getByRole("region", { name: "Ready to download" });
  await expect(ready).toContainText(two.old);
  await expect(ready).toContainText("the last checkpoint signed before the log was closed");
  await expect(apiCall(page)).toHaveAttribute("title", /format=bundle&log=/);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    ready.getByRole("link", { name: "Download" }).click(),
  ]);
  const file = path.join(folder, "old.zip");
  await download.saveAs(file);
  const checked = await run("npm", [
    "run",
    "--silent",
    "verify",
    "--",
    file,
    "--policy",
    path.join(folder, "policy.json"),
  ]);
  expect(checked.stdout).toContain("VERIFIED under the policy");
  expect(checked.stdout).toContain(`log ${two.old}: `);
  await ready.getByRole("button", { name: "Make in background" }).click();
  await expect(ready.getByText("Export requested.")).toBeVisible();
  const rows = page.getByRole("table", { name: "Your exports" }).getByRole("row");
  await expect(rows.nth(1)).toContainText("Ready");
  for (const row of [rows.nth(1), rows.nth(2)]) {
    await expect(row).toContainText(`of the closed log ${two.old}`);
    await expect(row.getByRole("link").last()).not.toHaveAttribute("href", /log=/);
  }
  // This export was made before the log was closed. The link leads to its entry by number and log.
  await rows.last().getByRole("link").last().click();
  await page.waitForURL((url) => url.searchParams.get("log") === two.old);
  await expect(drawer(page)).toContainText("Anke Lorenz exported the log as csv.");
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("the closed log is verified in the browser; the worker is not asked, and its old run is not shown as a rewritten log @deep", async ({
  browser,
}) => {
  const { page, faults } = await as(browser);
  await visit(page, at(ofOld("/audit/verify")));
  await expect(page.getByRole("button", { name: "Verify now" })).toHaveCount(0);
  await expect(page.getByText("The worker verifies the current log only.")).toBeVisible();
  await expect(apiCall(page)).toHaveAttribute("title", /export\?format=bundle&log=/);
  await page.getByRole("button", { name: "Export and verify the closed log" }).click();
  await expect(page.getByRole("heading", { name: "The bundle is consistent" })).toBeVisible();
  await expect(page.getByText(two.old, { exact: true }).first()).toBeVisible();
  await choice(page).getByRole("link", { name: "Current log" }).click();
  await expect(page.getByRole("button", { name: "Verify now" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "The bundle is consistent" })).toHaveCount(0);
  const old = page
    .getByRole("table", { name: "By the worker" })
    .getByRole("row")
    .filter({ hasText: "of the closed log" });
  await expect(old.first()).toContainText("Anke Lorenz");
  await expect(old.first()).not.toContainText("Report changed");
  await old.first().getByRole("link").click();
  await page.waitForURL((url) => url.searchParams.get("log") === two.old);
  await expect(drawer(page)).toContainText("audit.verify");
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("a grant of the closed log opens no field, and a new one opens what was sealed before", async () => {
  const who = people(two.demo);
  const { transaction, grant, secret } = two.given;
  const open = (id: string, grantId: string) =>
    who.regulator.post(`/confidential/transactions/${id}/audit`, { purpose: "audit", grant_id: grantId });
  // Its decisions were signed for the closed log, and the custodian's journal began again with the next one.
  const before = await open(transaction, grant);
  expect(before.status, before.text).toBe(403);
  expect(before.json).toMatchObject({ code: "custodian.refused", reason: "unknown-grant" });
  const mine = await who.client456.post(`/confidential/transactions/${transaction}/access`, {
    purpose: "settlement",
  });
  expect(mine.status, mine.text).toBe(200);
  expect(mine.text).toContain(secret.iban);
  const facts = orderFacts();
  const again = await approve(who, await fileRequest(who.regulator, transaction, facts), facts);
  const opened = await open(transaction, again);
  expect(opened.status, opened.text).toBe(200);
  expect(opened.json.data).toMatchObject({ amount: "1000", pricing: { rate: secret.rate } });
  expect(opened.text).not.toContain(secret.iban);
  const after = await submitTransaction(who.client456, canaries());
  expect((await open(after, again)).status).toBe(403);
  const revoked = await who.regulator.post(`/confidential/access/grants/${grant}/revoke`, {
    reason: "Done.",
  });
  expect(revoked.status, revoked.text).toBe(200);
});

test("suspicions of the two logs are read separately, and a new one is in the current log @deep", async ({
  browser,
}) => {
  const { page, faults } = await as(browser, "coordinator-001:compliance");
  await visit(page, at(ofOld("/audit/suspicions")));
  await expect(page.getByText("This log is closed and gets no new entries")).toBeVisible();
  await expect(page.getByText("No suspicions recorded yet")).toBeVisible();
  const record = page.getByRole("button", { name: "Record a suspicion" });
  await expect(record).toHaveCount(0);
  expect(await axeFindings(page)).toEqual([]);
  await choice(page).getByRole("link", { name: "Current log" }).click();
  await page.waitForURL((url) => !url.searchParams.has("log"));
  await expect(record).toBeEnabled();
  expect(faults()).toEqual([]);
  await page.context().close();
});

for (const [locale, note] of [
  ["en", "This log is closed and gets no new entries"],
  ["de-DE", "Dieses Protokoll ist geschlossen und bekommt keine neuen Einträge"],
] as const) {
  test(`pages of the closed log pass the gates in both themes and at 320 pixels, ${locale} @deep`, async ({
    browser,
  }) => {
    const { page, faults } = await as(browser, "auditor-001", { locale });
    for (const address of [
      "/audit",
      "/audit?entry=3",
      "/audit/exports?ready=1",
      "/audit/verify",
      "/audit/print",
    ]) {
      await visit(page, at(ofOld(address)));
      await expect(page.getByText(note), address).toBeVisible();
      await page.emulateMedia({ colorScheme: "light" });
      expect(await axeFindings(page), `${address} light`).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await pageFindings(page, "colours"), `${address} dark`).toEqual([]);
      await page.setViewportSize({ width: 320, height: 760 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), address).toBeLessThanOrEqual(
        320,
      );
      expect(await axeFindings(page), `${address} narrow`).toEqual([]);
      await page.setViewportSize(DESKTOP.viewport);
    }
    expect(faults()).toEqual([]);
    await page.context().close();
  });
}

test("another origin is not accepted as a log, and a person who may not read the log sees no choice @deep", async ({
  browser,
}) => {
  const { page } = await as(browser);
  for (const address of ["/audit", "/audit/exports", "/audit/verify", "/audit/print"]) {
    await visit(page, at(`${address}?log=${encodeURIComponent(`${two.old}/3`)}`));
    await expect(page.getByRole("heading", { level: 1 }), address).toContainText("Not found");
  }
  await visit(page, at(`/audit?log=${encodeURIComponent(two.present)}`));
  await expect(choice(page).getByRole("link", { name: "Current log" })).toHaveAttribute(
    "aria-current",
    "page",
  );
  await page.context().close();
  const client = await as(browser, "client-456");
  for (const address of ["/audit", "/audit/exports", "/audit/verify", "/audit/print"]) {
    await visit(client.page, at(ofOld(address)));
    await expect(client.page.getByRole("heading", { level: 1 }), address).toContainText(
      "You do not have access to this",
    );
    await expect(choice(client.page)).toHaveCount(0);
    await expect(client.page.getByRole("main")).not.toContainText(two.old);
  }
  await client.page.context().close();
  const refused = await people(two.demo).client456.get(ofOld("/confidential/audit/events"));
  expect(refused.status).toBe(403);
});

test("an instance with one log offers no choice @deep", async ({ browser }) => {
  const { page } = await signedIn(browser, "auditor-001", DESKTOP);
  for (const address of ["/audit", "/audit/exports", "/audit/verify", "/audit/print"]) {
    await visit(page, new URL(address, oneLog().base_url).href);
    await expect(page.getByRole("main")).toBeVisible();
    await expect(choice(page)).toHaveCount(0);
  }
  await page.context().close();
});
