import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, type Page, test } from "@playwright/test";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { deepUnless } from "../support/deep";
import { demo } from "../support/instance";
import { tabUntil } from "../support/keyboard";
import { visit } from "../support/page";
import { accountOf } from "../support/sign-in";
import { signedIn } from "../support/signed-in";
import { canaries, submitTransaction } from "../support/steps";

const run = promisify(execFile);
const DESKTOP = { viewport: { width: 1440, height: 900 } };
const at = (address: string) => new URL(address, demo().base_url).href;
const drawer = (page: Page) => page.getByRole("complementary", { name: "Facts" });
const log = (page: Page) => page.getByRole("table", { name: "Entries of the log, newest first" });

/** Runs a program and returns its exit code and all its output. */
async function say(
  file: string,
  args: readonly string[],
  more: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
) {
  try {
    const { stdout, stderr } = await run(file, [...args], more);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = Object(error);
    return { code: Number(code), output: `${stdout}${stderr}` };
  }
}

const verify = (...args: string[]) => say("npm", ["run", "--silent", "verify", "--", ...args]);

/** Moves the focus by Tab until a control with this label has it. */
function tabTo(page: Page, label: string): Promise<number> {
  return tabUntil(
    page,
    page.getByLabel(label, { exact: true }).or(page.getByRole("button", { name: label })),
  );
}

test("by keyboard alone an auditor filters, opens an entry and checks its proof in the browser", async ({
  browser,
}) => {
  const id = await submitTransaction(people(demo()).client456, canaries());
  const { page, faults } = await signedIn(browser, "auditor-001", DESKTOP);
  await visit(page, at("/audit"));
  await tabTo(page, "Find an action");
  await page.keyboard.type("transaction.create");
  await tabTo(page, "Filter");
  await page.keyboard.press("Enter");
  await page.waitForURL(/action=transaction\.create/);
  await expect(log(page).getByRole("row").nth(1)).toContainText(/ submitted transaction /);
  await expect(log(page)).not.toContainText(/ signed in\.|transaction\.create/);
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await page.waitForURL(/entry=\d+/);
  await expect(drawer(page).getByRole("heading", { level: 2 }).first()).toBeFocused();
  const { job_id } = await (await page.request.get(at(`/confidential/transactions/${id}`))).json();
  await expect(drawer(page)).toContainText(`Carla Brandt submitted transaction ${job_id}.`);
  await expect(drawer(page)).toContainText("2 of 2 readable by you");
  await expect(drawer(page)).toContainText(`Transaction${job_id}`);
  await expect(
    drawer(page).getByRole("img", { name: /^Path from this entry to the signed root/ }),
  ).toBeVisible();
  // The open row is marked, and each of its cells stays under its heading.
  const edges = (row: string) =>
    log(page)
      .locator(row)
      .first()
      .locator("th, td")
      .evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().left));
  expect(await edges("tr[aria-current]")).toEqual(await edges("tbody tr:not([aria-current])"));
  await page.keyboard.press("v");
  await expect(drawer(page).getByText("Verified in this browser")).toBeVisible();
  await expect(drawer(page)).toContainText("This key comes from this portal.");
  await expect(drawer(page)).toContainText("The 2 parts you can read match the entry.");
  await expect(drawer(page)).toContainText("The operator’s own witness cosigned it");
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press("j");
  await page.keyboard.press("v");
  await page.waitForURL(/verify=1/);
  await expect(drawer(page).getByText("Verified in this browser")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(drawer(page)).toBeHidden();
  expect(faults()).toEqual([]);
  await page.context().close();
});

for (const width of [1120, 1280, 1440]) {
  test(`at ${width} by 900 the result of v is visible and announced, and no column is under the drawer${deepUnless(width, 1120)}`, async ({
    browser,
  }) => {
    const viewport = { width, height: 900 };
    const { page, faults } = await signedIn(browser, "auditor-001", { viewport });
    await visit(page, at("/audit"));
    for (const _row of [1, 2, 3]) await page.keyboard.press("j");
    await page.keyboard.press("v");
    await page.waitForURL(/verify=1/);
    const found = drawer(page).getByRole("status").filter({ hasText: "Verified in this browser" });
    await expect(found).toBeVisible();
    await expect(found).toContainText("The root is signed by the log’s key:");
    const box = await found.boundingBox();
    expect(box?.y).toBeGreaterThanOrEqual(0);
    expect((box?.y ?? 0) + (box?.height ?? 900)).toBeLessThanOrEqual(900);
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
    const left = (await drawer(page).boundingBox())?.x ?? 0;
    const rights = await log(page)
      .locator("th, td")
      .evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().right));
    expect(Math.max(...rights)).toBeLessThanOrEqual(left);
    await expect(log(page).getByRole("columnheader", { name: "Outcome" })).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    expect(faults()).toEqual([]);
    await page.context().close();
  });
}

test("an entry offers a script that checks it up to the signed root with python3 and openssl, and the script succeeds @deep", async ({
  browser,
}) => {
  const { page } = await signedIn(browser, "auditor-001", DESKTOP);
  const folder = mkdtempSync(path.join(tmpdir(), "sealport-e2e-script-"));
  const keys = await (await page.request.get(at("/confidential/audit/keys"))).json();
  await visit(page, at("/audit?entry=3"));
  const others = drawer(page).getByRole("region", { name: "With independent tools" });
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    others.getByRole("link", { name: "check-entry.py" }).click(),
  ]);
  await download.saveAs(path.join(folder, "check-entry.py"));
  const calls = drawer(page).getByRole("region", { name: "Copy as API call" }).locator("pre");
  const script = [...(await calls.allInnerTexts()), await others.locator("pre").textContent()].join("\n");
  const env = {
    NODE_ENV: "test" as const,
    PATH: process.env.PATH,
    KEY: accountOf("auditor-001").api_key,
    BASE: demo().base_url.replace(/\/$/, ""),
    LOG_KEY: keys.log[0],
  };
  const said = await say("sh", ["-c", script], { cwd: folder, env });
  expect(said.output).toContain("OK: entry 3 is in the log");
  expect(said.code).toBe(0);
  const forged = { ...env, LOG_KEY: keys.receipts[0] };
  expect(await say("sh", ["-c", script], { cwd: folder, env: forged })).toMatchObject({
    code: 1,
    output: expect.stringContaining("WRONG:"),
  });
  await page.context().close();
});

test("a portal that shows another log's keys, or a proof of another entry, gets no tick", async ({
  browser,
}) => {
  const { page } = await signedIn(browser, "auditor-001", DESKTOP);
  const keys = await (await page.request.get(at("/confidential/audit/keys"))).json();
  await page.route("**/confidential/audit/keys", (route) =>
    route.fulfill({ json: { ...keys, log: [keys.receipts[0]] } }),
  );
  await visit(page, at("/audit?entry=3"));
  await drawer(page).getByRole("button", { name: "Verify in this browser" }).click();
  await expect(drawer(page)).toContainText("The root is not signed with a key of the log.");
  await expect(drawer(page).getByText("Verified in this browser")).toBeHidden();
  await page.unroute("**/confidential/audit/keys");
  // The first organisation’s entry, from a server that changed one word in its part.
  const acts = await page.request.get(at("/confidential/audit/events?action=organisation.create"));
  const first = Object(await acts.json()).items.at(-1).seq;
  await page.route(new RegExp(`/audit\\?entry=${first}$`), async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replaceAll("company", "charity");
    await route.fulfill({ response, body });
  });
  await visit(page, at(`/audit?entry=${first}`));
  await drawer(page).getByRole("button", { name: "Verify in this browser" }).click();
  await expect(drawer(page)).toContainText("A part does not match the entry.");
  await page.context().close();
});

test("our program verifies a bundle downloaded from the page, and detects one changed byte @deep", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "auditor-001", DESKTOP);
  const folder = mkdtempSync(path.join(tmpdir(), "sealport-e2e-bundle-"));
  await visit(page, at("/audit/verify"));
  const policy = await page.getByRole("region", { name: "Content of policy.json" }).textContent();
  writeFileSync(path.join(folder, "policy.json"), policy ?? "");
  await page.getByRole("link", { name: "Prepare bundle" }).click();
  const ready = page.getByRole("region", { name: "Ready to download" });
  await expect(ready).toContainText("Anke Lorenz exported the log as bundle, without a filter.");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    ready.getByRole("link", { name: "Download" }).click(),
  ]);
  const file = path.join(folder, download.suggestedFilename());
  await download.saveAs(file);
  const bytes = readFileSync(file);
  expect(await verify(file, "--policy", path.join(folder, "policy.json"))).toMatchObject({ code: 0 });
  expect((await verify(file)).code).toBe(3);
  const changed = path.join(folder, "changed.zip");
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(changed, bytes);
  const found = await verify(changed, "--policy", path.join(folder, "policy.json"));
  expect(found.code).toBe(1);
  expect(found.output).toContain("WRONG");
  // The history records each export by its digest, which anyone can compute from the file.
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await visit(page, at("/audit/exports"));
  const row = page.getByRole("table", { name: "Your exports" }).getByRole("row").nth(1);
  await expect(row).toContainText("Complete");
  const digest = createHash("sha256").update(bytes).digest("hex");
  await expect(row.getByTitle(digest)).toBeVisible();
  await row.getByRole("link").last().click();
  await expect(drawer(page)).toContainText("Anke Lorenz exported the log as bundle.");
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("the openssl commands on the page check the signed checkpoint without any program of ours @deep", async ({
  browser,
}) => {
  const { page } = await signedIn(browser, "auditor-001", DESKTOP);
  const folder = mkdtempSync(path.join(tmpdir(), "sealport-e2e-openssl-"));
  await visit(page, at("/audit/verify"));
  const foreign = page.getByRole("region", { name: "With independent tools" });
  const commands = await foreign.locator("pre").allInnerTexts();
  const script = commands.join("\n");
  const key = accountOf("auditor-001").api_key;
  const env = {
    NODE_ENV: "test" as const,
    PATH: process.env.PATH,
    KEY: key,
    BASE: demo().base_url.replace(/\/$/, ""),
  };
  expect(await say("sh", ["-c", script], { cwd: folder, env })).toEqual({
    code: 0,
    output: "Signature Verified Successfully\n",
  });
  const forged = script.replace("> signed.txt", "| sed '2s/$/0/' > signed.txt");
  expect((await say("sh", ["-c", forged], { cwd: folder, env })).code).not.toBe(0);
  await page.context().close();
});

test("a filter that names no record says so and lists no entries; the address keeps the rest @deep", async ({
  browser,
}) => {
  const { page } = await signedIn(browser, "auditor-001", DESKTOP);
  await visit(page, at("/audit?kind=transaction&id=nonsense&outcome=done"));
  await expect(page.getByText("This is not an id of that kind.")).toBeVisible();
  await expect(page.getByLabel("Its id")).toHaveAttribute("aria-invalid", "true");
  await expect(log(page)).toHaveCount(0);
  await page.goto(at("/audit?action=roster.supersede&outcome=failed"));
  await expect(page.getByText("No entry matches this filter")).toBeVisible();
  await page.context().close();
});

test("an unknown action is reported at its control with the nearest one, and all typed text stays @deep", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "auditor-001", DESKTOP);
  await visit(page, at("/audit?action=transaction.creat&outcome=done&within=7d"));
  const control = page.getByLabel("Action", { exact: true });
  await expect(control).toHaveAttribute("aria-invalid", "true");
  await expect(control).toHaveValue("transaction.creat");
  await expect(control).toHaveAccessibleDescription(
    /No entry visible to you has the action “transaction.creat”/,
  );
  await expect(page.getByLabel("Outcome", { exact: true })).toHaveValue("done");
  await expect(page.getByLabel("Time", { exact: true })).toHaveValue("7d");
  await expect(log(page)).toHaveCount(0);
  await expect(page.getByText("No entry matches this filter")).toHaveCount(0);
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole("link", { name: "transaction.create", exact: true }).click();
  await page.waitForURL(/action=transaction\.create&outcome=done/);
  await expect(control).not.toHaveAttribute("aria-invalid", "true");
  await visit(page, at("/audit?outcome=lost"));
  await expect(page.getByLabel("Outcome", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(log(page)).toHaveCount(0);
  await visit(page, at("/audit/exports?ready=1&format=csv&action=nothing.such"));
  await expect(page.getByLabel("Action", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByRole("region", { name: "Ready to download" })).toHaveCount(0);
  const answer = await page.request.get(at("/confidential/audit/events?action=transaction.creat"));
  expect(answer.status()).toBe(422);
  expect(await answer.json()).toMatchObject({
    code: "request.invalid",
    errors: [{ pointer: "/action", detail: expect.stringContaining("nearest: transaction.create") }],
  });
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("older and newer lead through the log by number and back @deep", async ({ browser }) => {
  const { page } = await signedIn(browser, "auditor-001", DESKTOP);
  await visit(page, at("/audit?before=60&reads=all"));
  const first = log(page).getByRole("row").nth(1).getByRole("rowheader");
  await expect(first).toHaveText("59");
  await page.getByRole("link", { name: "Older" }).click();
  await expect(first).toHaveText("19");
  await page.getByRole("link", { name: "Newer" }).click();
  await expect(first).toHaveText("59");
  await page.getByRole("link", { name: "Newest" }).click();
  await expect(page).toHaveURL(/\/audit\?reads=all$/);
  await page.context().close();
});

test("only auditors, regulators and coordinators see the log; others read why not @deep", async ({
  browser,
}) => {
  const { page } = await signedIn(browser, "client-456", DESKTOP);
  for (const address of ["/audit", "/audit?entry=3", "/audit/exports", "/audit/print"]) {
    await visit(page, at(address));
    await expect(page.getByRole("heading", { level: 1 })).toContainText("You do not have access to this");
    await expect(page.getByRole("main")).not.toContainText("audit.read");
  }
  await page.context().close();
});

test("only its maker and coordinators see an export, and only its maker sees the values of its filter @deep", async ({
  browser,
}) => {
  const maker = await signedIn(browser, "regulator-001", DESKTOP);
  const answer = await maker.page.request.get(
    at("/confidential/audit/export?format=csv&action=transaction.status"),
  );
  expect((await answer.body()).length).toBeGreaterThan(0);
  await visit(maker.page, at("/audit/exports"));
  await expect(maker.page.getByRole("table", { name: "Your exports" })).toContainText(
    "action transaction.status",
  );
  const others = await signedIn(browser, "auditor-002", DESKTOP);
  await visit(others.page, at("/audit/exports"));
  await expect(others.page.getByText("No exports yet")).toBeVisible();
  const operator = await signedIn(browser, "coordinator-001:approve", DESKTOP);
  await visit(operator.page, at("/audit/exports"));
  const row = operator.page.getByRole("row").filter({ hasText: "CSV" }).first();
  await expect(row).toContainText("Ruth Adler");
  await expect(row).not.toContainText("transaction.status");
  for (const { page } of [maker, others, operator]) await page.context().close();
});

for (const width of [320, 390]) {
  test(`at ${width} pixels the open entry replaces the list, and the page does not scroll sideways${deepUnless(width, 320)}`, async ({
    browser,
  }) => {
    const { page, faults } = await signedIn(browser, "auditor-001", { viewport: { width, height: 844 } });
    for (const address of [
      "/audit",
      "/audit?entry=3",
      "/audit/exports?ready=1",
      "/audit/verify",
      "/audit/print",
    ]) {
      await visit(page, at(address));
      expect(await page.evaluate(() => document.documentElement.scrollWidth), address).toBeLessThanOrEqual(
        width,
      );
    }
    await visit(page, at("/audit?entry=3"));
    await expect(log(page)).toBeHidden();
    await drawer(page).getByRole("link", { name: "Close" }).click();
    await expect(log(page)).toBeVisible();
    expect(faults()).toEqual([]);
    await page.context().close();
  });
}
