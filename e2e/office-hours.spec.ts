import { type Browser, expect, test } from "@playwright/test";
import { type RunningInstance, startInstance } from "../lib/testing/instance";
import { type Demo, readDemo } from "./support/api";
import { axeFindings } from "./support/axe";
import { signedIn } from "./support/signed-in";

// An administrator sets when an organisation is open, on an instance of its own; nobody else finds the page.
test.describe.configure({ mode: "serial", timeout: 300_000 });
test.use({ actionTimeout: 60_000 });

const PATIENCE = { timeout: 90_000 };

let instance: RunningInstance;
let demo: Demo;
const at = (address: string) => new URL(address, demo.base_url).href;
const open = (browser: Browser, handle: string) =>
  signedIn(browser, handle, { viewport: { width: 1440, height: 900 } }, demo);

test.beforeAll(async () => {
  instance = await startInstance({});
  demo = readDemo(instance.dataDir);
});
test.afterAll(() => instance?.stop());

test("an administrator sets hours over midnight and holidays of a region, and reads what they say now", async ({
  browser,
}) => {
  const { page } = await open(browser, "coordinator-001:admin");
  await page.goto(at("/"), { waitUntil: "networkidle" });
  await page.getByRole("link", { name: "Office hours", exact: true }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Organisations and their hours" })).toBeVisible(
    PATIENCE,
  );
  expect(await axeFindings(page)).toEqual([]);
  const row = page.getByRole("listitem").filter({ hasText: "own hours" }).first();
  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { level: 2, name: "Set the hours" })).toBeVisible(PATIENCE);
  const monday = page.getByLabel("Monday");
  await monday.fill("nine to five");
  await page.getByRole("button", { name: "Save the hours" }).click();
  await expect(page.getByText("Write it like 09:00–17:00")).toBeVisible();
  await monday.fill("22:00-06:00");
  await page.getByLabel("Public holidays of").fill("de");
  await page.getByLabel("State").fill("BE");
  await page.getByLabel("Closed on these days as well").fill("2027-12-27");
  await page.getByRole("button", { name: "Save the hours" }).click();
  await expect(page.getByText("The hours are set.")).toBeVisible(PATIENCE);
  await expect(monday).toHaveValue("22:00–06:00");
  await expect(page.getByText(/Public holidays are worked out until \d{4}-12-31/)).toBeVisible(PATIENCE);
  await expect(page.getByText("2027-12-27", { exact: false }).first()).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByLabel("Time zone").fill("Mars/Base");
  await page.getByRole("button", { name: "Save the hours" }).click();
  await expect(page.getByText("The hours were not set")).toBeVisible(PATIENCE);
  await expect(page.getByLabel("Time zone")).toHaveValue("Mars/Base");
});

test("the wrong role finds neither the place nor the page", async ({ browser }) => {
  const { page } = await open(browser, "coordinator-001:approve");
  await page.goto(at("/"), { waitUntil: "networkidle" });
  await expect(page.getByRole("link", { name: "Office hours", exact: true })).toHaveCount(0);
  await page.goto(at("/organisations"));
  await expect(page.getByRole("heading", { level: 1, name: "You may not see this" })).toBeVisible(PATIENCE);
});
