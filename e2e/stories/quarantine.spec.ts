import { type Browser, expect, type Page, test } from "@playwright/test";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { pastTriggers, withoutEntryForm } from "@/lib/testing/log/past-triggers";
import { asSuperuser } from "../support/admin";
import { type Demo, people, readDemo } from "../support/api";
import { axeFindings } from "../support/axe";
import { enterOn } from "../support/keyboard";
import { visit } from "../support/page";
import { signedIn } from "../support/signed-in";

// A waiting row that is not an entry is shown, dismissed by one person, and open again after its bytes change.

test.describe.configure({ timeout: 180_000 });

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const ROW = uuidv7(Date.now());
const REASON = "A disk test wrote here. No backup has the entry.";

let instance: RunningInstance;
let demo: Demo;

test.beforeAll(async () => {
  test.setTimeout(5 * 60_000);
  instance = await startInstance();
  demo = readDemo(instance.dataDir);
  await asSuperuser(instance.dataDir, (client) =>
    withoutEntryForm(client, async () => {
      await client.query("BEGIN");
      await client.query(
        `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
         SELECT $1, log, tenant_id, at, class, outcome, convert_to('no entry', 'UTF8') FROM audit_entry LIMIT 1`,
        [ROW],
      );
      await client.query(
        `INSERT INTO audit_queue (entry_id, tenant_id, subject, action)
         SELECT id, tenant_id, 'entry:' || id, 'audit.read' FROM audit_entry WHERE id = $1`,
        [ROW],
      );
      await client.query(
        `INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome)
         SELECT id, tenant_id, at, 'system:x', 'audit.read', outcome FROM audit_entry WHERE id = $1`,
        [ROW],
      );
      await client.query("COMMIT");
    }),
  );
});
test.afterAll(() => instance?.stop());

const at = (address: string) => new URL(address, demo.base_url).href;
const as = (browser: Browser, handle: string) => signedIn(browser, handle, DESKTOP, demo);
const row = (page: Page) => page.getByRole("table", { name: "Quarantined entries" }).getByRole("row").nth(1);
/** The act about it; the digest's copy button is not one. */
const acts = (page: Page) => row(page).getByRole("button", { name: /^Dismiss/ });
const dialog = (page: Page) => page.getByRole("dialog");

/** Reloads the page until the row has the text: the worker finds such rows after a moment. */
async function untilRow(page: Page, text: string): Promise<void> {
  await expect(async () => {
    await visit(page, at("/audit/quarantine"));
    await expect(row(page)).toContainText(text, { timeout: 1_000 });
  }).toPass({ timeout: 90_000 });
}

test("one person dismisses a quarantined entry by keyboard; it is open again after its bytes change", async ({
  browser,
}) => {
  const { page, faults } = await as(browser, "coordinator-001:compliance");
  await untilRow(page, "Open");
  await expect(row(page)).toContainText("Its bytes are not in the log’s entry format.");
  expect(await axeFindings(page)).toEqual([]);
  await enterOn(page, row(page).getByRole("button", { name: /^Dismiss entry/ }));
  await expect(dialog(page)).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await enterOn(page, dialog(page).getByRole("button", { name: "Dismiss entry" }));
  await expect(dialog(page)).toContainText("Enter the reason");
  await expect(dialog(page).getByLabel("Reason")).toBeFocused();
  await page.keyboard.type(REASON);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(dialog(page)).toBeHidden();
  await expect(row(page)).toContainText("Dismissed");
  await expect(row(page)).toContainText(REASON);
  await expect(acts(page)).toHaveCount(0);
  await page.setViewportSize({ width: 320, height: 800 });
  expect(await axeFindings(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await page.setViewportSize(DESKTOP.viewport);
  await asSuperuser(instance.dataDir, (client) =>
    pastTriggers(client, ["audit_entry"], () =>
      client.query("UPDATE audit_entry SET bytes = convert_to('another', 'UTF8') WHERE id = $1", [ROW]),
    ),
  );
  await untilRow(page, "Open");
  await acts(page).click();
  await dialog(page).getByLabel("Reason").fill(REASON);
  await dialog(page).getByRole("button", { name: "Dismiss entry" }).click();
  await expect(dialog(page)).toBeHidden();
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("an administrator, who cannot read the log, finds the list in the navigation @deep", async ({
  browser,
}) => {
  const { page, faults } = await as(browser, "coordinator-001:admin");
  await visit(page, at("/"));
  const rail = page.getByRole("navigation", { name: "Places" }).first();
  await rail.getByRole("button", { name: "Programs and upkeep" }).click();
  await rail.getByRole("link", { name: "Quarantine" }).click();
  await expect(row(page)).toContainText(REASON);
  await expect(rail.getByRole("link", { name: "Quarantine" })).toHaveAttribute("aria-current", "page");
  // An administrator has access to neither the log nor its verification.
  await expect(page.getByRole("main").locator('a[href="/audit"], a[href="/audit/verify"]')).toHaveCount(0);
  await expect(page.getByRole("navigation").locator('a[href="/audit"]')).toHaveCount(0);
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("an auditor reads the list and cannot dismiss; a participant is refused the page @deep", async ({
  browser,
}) => {
  const auditor = await as(browser, "auditor-001");
  await visit(auditor.page, at("/audit/quarantine"));
  await expect(row(auditor.page)).toContainText(REASON);
  await expect(acts(auditor.page)).toHaveCount(0);
  expect(auditor.faults()).toEqual([]);
  await auditor.page.context().close();
  const client = await as(browser, "client-456");
  await visit(client.page, at("/audit/quarantine"));
  await expect(client.page.getByRole("main")).toBeVisible();
  await expect(client.page.getByRole("table")).toHaveCount(0);
  await client.page.context().close();
  expect((await people(demo).client456.get("/confidential/audit/quarantine")).status).toBe(403);
});
