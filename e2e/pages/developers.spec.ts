import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, type Page, test } from "@playwright/test";
import { axeFindings } from "../support/axe";
import { demo } from "../support/instance";
import { enterOn } from "../support/keyboard";
import { openPage } from "../support/page";
import { signedIn } from "../support/signed-in";
import { pictures } from "../support/take-pictures";

// /developers: a visitor who has only the address finds a call and copies it, and it does what the page says.

const run = promisify(execFile);
const at = (address: string): string => new URL(address, demo().base_url).href;
const CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };

/** Runs the copied command unchanged in a shell. The answer's status is in the line after its body. */
async function runCopied(
  page: Page,
  key: string,
): Promise<{ readonly status: number; readonly json: Record<string, unknown> }> {
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toContain(demo().base_url);
  expect(command).not.toContain(key);
  const { stdout } = await run("/bin/sh", ["-c", `${command} -w '\\n%{http_code}'`], {
    env: { NODE_ENV: "test", PATH: process.env.PATH, KEY: key },
  });
  const [body = "", status = ""] = stdout.split(/\n(?=\d{3}$)/);
  return { status: Number(status), json: JSON.parse(body) };
}

async function copyCall(page: Page, name: string): Promise<void> {
  const sample = page.getByRole("region", { name: `Command for ${name}`, exact: true });
  await sample.locator("xpath=..").getByRole("button", { name: "Copy" }).click();
  await expect(sample.locator("xpath=..").getByRole("status")).toHaveText("Copied");
}

test("a visitor finds a call, copies it, and it makes a transaction; another role's key is refused with a code of the page", async ({
  browser,
}) => {
  const { page, faults } = await openPage(browser, CLIPBOARD);
  await page.goto(at("/"));
  await page.getByRole("navigation", { name: "Site" }).getByRole("link", { name: "Developers" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Developers" })).toBeVisible();
  await pictures(page, "developers");
  await page.getByRole("searchbox", { name: "Find a call" }).fill("submit transaction sealed");
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page.getByRole("status").filter({ hasText: "1 call has these words." })).toBeVisible();
  await page.getByRole("link", { name: "POST /confidential/transactions", exact: true }).click();
  await expect(page).toHaveURL(/\/developers\/transactions\/createTransaction$/);
  const heading = page.getByRole("heading", { name: "POST /confidential/transactions", exact: true });
  await expect(heading).toBeVisible();
  await pictures(page, "developers-part");
  await copyCall(page, "POST /confidential/transactions");
  const key = (name: string) => demo().accounts.find((account) => account.name === name)?.api_key ?? "";
  const made = await runCopied(page, key("client-456"));
  expect(made.status).toBe(201);
  expect(made.json).toMatchObject({ job_id: "job-2026-0042", confidential: true, has_encrypted_data: true });
  const refused = await runCopied(page, key("auditor-001"));
  expect([refused.status, refused.json.code]).toEqual([403, "auth.scope"]);
  await page.getByText("Problems", { exact: true }).click();
  await expect(page.getByText(/auth\.role, auth\.scope/).first()).toBeVisible();
  const contents = page.getByRole("navigation", { name: "Parts of the API" });
  await contents.getByRole("link", { name: "listTransactions" }).click();
  await copyCall(page, "GET /confidential/transactions");
  const list = await runCopied(page, key("client-456"));
  expect(list.status).toBe(200);
  expect(list.json.items).toContainEqual(
    expect.objectContaining({ transaction_id: made.json.transaction_id }),
  );
  expect(faults()).toEqual([]);
});

test("the guides are next to the calls, a call without key access has no command, and an unknown page is not found @deep", async ({
  browser,
}) => {
  const { page, faults } = await openPage(browser, {});
  await page.goto(at("/developers"));
  await page
    .getByRole("link", { name: "Moving programs from the coordinator’s /v1 API: what changes" })
    .click();
  await expect(page.getByRole("heading", { level: 1, name: "Programs of the coordinator" })).toBeVisible();
  await expect(page.getByText(/A new transaction answers 201/)).toBeVisible();
  await page.getByRole("link", { name: "signs each call" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("calls that are signed");
  await page.getByRole("link", { name: "All parts" }).click();
  await page
    .getByRole("table", { name: "Parts of the API" })
    .getByRole("link", { name: "Account and API keys" })
    .click();
  const contents = page.getByRole("navigation", { name: "Parts of the API" });
  await contents.getByRole("link", { name: "startPasskey" }).click();
  await expect(page.getByText("An API key cannot make this call")).toBeVisible();
  await expect(page.getByRole("region", { name: /^Command for/ })).toHaveCount(0);
  expect(faults()).toEqual([]);
  for (const nothing of [
    "/developers/nothing",
    "/developers/transactions/nothing",
    "/developers/guides/threat-model",
    "/developers/guides/..%2Fthreat-model",
  ])
    expect((await page.goto(at(nothing)))?.status(), nothing).toBe(404);
});

test("signed in, in German, at 320 pixels, by keyboard: search, one call and its table have no violation @deep", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "miner-789", { viewport: { width: 320, height: 700 } });
  await page.context().addCookies([{ name: "language", value: "de", url: demo().base_url }]);
  await page.goto(at("/developers"));
  await expect(page.getByRole("heading", { level: 1, name: "Entwicklung" })).toBeVisible();
  await expect(page.getByText("sind auf Englisch")).toBeVisible();
  await page.getByRole("searchbox", { name: "Aufruf suchen" }).focus();
  await page.keyboard.type("keys rotate participant");
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 Aufruf enthält diese Wörter.")).toBeVisible();
  await enterOn(page, page.getByRole("link", { name: "POST /confidential/keys/rotate", exact: true }));
  await expect(page).toHaveURL(/\/developers\/keys\/rotateKeyAlias$/);
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
  expect(await wide()).toBe(320);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axeFindings(page)).toEqual([]);
  }
  expect(faults()).toEqual([]);
});
