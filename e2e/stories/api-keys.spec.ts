import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, type Page, test } from "@playwright/test";
import { caller } from "../support/api";
import { axeFindings } from "../support/axe";
import { demo } from "../support/instance";
import { enterOn, pressOn } from "../support/keyboard";
import { signedIn } from "../support/signed-in";

// docs/guides/signed-calls.md: a person makes a key for a program, the program signs its calls, and the key is revoked.

const run = promisify(execFile);
const at = (address: string): string => new URL(address, demo().base_url).href;
let folder: string;
test.beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sealport-signed-"));
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function program(keyId: string, ...args: readonly string[]): Promise<string> {
  const env = {
    NODE_ENV: "production" as const,
    PATH: process.env.PATH,
    SEALPORT_URL: demo().base_url,
    SEALPORT_KEY_ID: keyId,
  };
  try {
    const { stdout } = await run(process.execPath, [path.resolve("interop/signed-call.mjs"), ...args], {
      env,
      cwd: folder,
    });
    return stdout.trim();
  } catch (error) {
    return String((error as { stdout: string }).stdout).trim();
  }
}

/** Returns the key that the page shows once, and checks that the page no longer shows it. */
async function takeKey(page: Page): Promise<string> {
  const shown = page.getByRole("region", { name: "The new API key" });
  const key = ((await shown.textContent()) ?? "").trim();
  await expect(page.getByRole("region", { name: "Copy the key now" })).toBeFocused();
  expect(key).toMatch(/^sp_[0-9A-Za-z]{10}_/);
  await page.getByRole("button", { name: "I have saved it" }).click();
  await expect(page.getByText(key)).toHaveCount(0);
  return key;
}

test("a key is made by keyboard, signs calls, is replaced and revoked", async ({ browser }) => {
  const publicKey = await program("", "new", "signing-key.json");
  const { page, faults } = await signedIn(browser, "client-456");
  await page.goto(at("/account/api-keys"));
  await expect(page.getByRole("heading", { level: 1, name: "API keys" })).toBeVisible();
  const open = page.getByRole("button", { name: "Make a key" });
  await enterOn(page, open);
  const submit = page.getByRole("button", { name: "Make key" });
  await enterOn(page, submit);
  await expect(page.getByText("Enter a name")).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill("Nightly ledger");
  await page.getByLabel("Submit transactions and change their state").check();
  await page.getByLabel("Public signing key").fill(publicKey);
  expect(await axeFindings(page)).toEqual([]);
  await submit.click();
  const key = await takeKey(page);
  await expect(open).toBeFocused();
  const prefix = key.slice(3, 13);
  const row = page.getByRole("row").filter({ hasText: prefix });
  await expect(row).toContainText("Valid");
  await expect(row).toContainText("Never");

  expect(await program(prefix, "call", "signing-key.json", "GET", "/confidential/status")).toMatch(/^200 /);
  const asked = await program(
    prefix,
    "call",
    "signing-key.json",
    "POST",
    "/confidential/transactions",
    JSON.stringify({ job_id: "signed", participants: ["client-456"], confidential: false }),
  );
  expect(asked).toMatch(/^201 /);
  await page.reload();
  await expect(row).not.toContainText("Never");

  await row.getByRole("button", { name: "Replace Nightly ledger" }).click();
  await page.getByLabel("The old key stays valid for").selectOption("1");
  await page.getByRole("button", { name: "Replace key" }).click();
  const next = await takeKey(page);
  const both = [caller(demo().base_url, key), caller(demo().base_url, next)];
  for (const who of both) expect((await who.get("/confidential/status")).status).toBe(200);

  await row.getByRole("button", { name: "End Nightly ledger" }).click();
  await page.getByRole("button", { name: "End key" }).click();
  await expect(row).toContainText("Ended");
  expect((await caller(demo().base_url, key).get("/confidential/status")).status).toBe(401);
  const late = await program(prefix, "call", "signing-key.json", "GET", "/confidential/status");
  expect(late).toMatch(/^401 .*auth\.signature/);
  expect(faults()).toEqual([]);
});

test("an administrator sees all keys and revokes one with a reason; other roles cannot reach the page @deep", async ({
  browser,
}) => {
  const owner = await signedIn(browser, "miner-789");
  await owner.page.goto(at("/account/api-keys"));
  await pressOn(owner.page.getByRole("button", { name: "Make a key" }));
  await owner.page.getByLabel("Name", { exact: true }).fill("Leaked one");
  await owner.page.getByRole("button", { name: "Make key" }).click();
  const key = await takeKey(owner.page);
  await owner.page.goto(at("/admin/api-keys"));
  await expect(owner.page.getByText("Leaked one")).toHaveCount(0);

  const admin = await signedIn(browser, "coordinator-001:admin");
  await admin.page.goto(at("/admin/api-keys"));
  const row = admin.page.getByRole("row").filter({ hasText: key.slice(3, 13) });
  await expect(row).toContainText("Mara Keller");
  await row.getByRole("button", { name: "End Mara Keller, Leaked one" }).click();
  await admin.page.getByRole("button", { name: "End key" }).click();
  await expect(admin.page.getByText("Enter the reason")).toBeVisible();
  await admin.page.getByLabel("Reason").fill("Seen in a public repository.");
  await admin.page.getByRole("button", { name: "End key" }).click();
  await expect(row).toContainText("Ended");
  expect((await caller(demo().base_url, key).get("/confidential/status")).status).toBe(401);
  expect([...admin.faults()]).toEqual([]);
});
