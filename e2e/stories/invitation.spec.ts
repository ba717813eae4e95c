import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Browser, type BrowserContextOptions, expect, type Page, test } from "@playwright/test";
import { Secret, TOTP } from "otpauth";
import { z } from "zod";
import { CanaryScanner, filesBelow } from "@/lib/testing/contracts/canaries";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { enterOn } from "../support/keyboard";
import { openPage, visit } from "../support/page";
import { plugInDevice } from "../support/sign-in";
import { pictures } from "../support/take-pictures";
import { expectWhole } from "../support/whole";

// The first people of a real instance: the operator's command prints a link for each administrator, who sets up how they sign in. It runs
// on its own instance, without demonstration people.
test.describe.configure({ mode: "serial", timeout: 300_000 });
test.use({ actionTimeout: 60_000 });

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const FIRST = "ada@operator.example";
const SECOND = "ben@operator.example";
const PASSWORD = "four words hard to guess";

const run = promisify(execFile);

/** Returns what `npm run create-admin` printed for the instance with this data folder. Throws its error output. */
async function createAdmin(dataDir: string, ...args: readonly string[]): Promise<string> {
  const { PATH = "", HOME = "" } = process.env;
  const env = { NODE_ENV: "production" as const, PATH, HOME, DATA_DIR: dataDir };
  try {
    return (await run("npm", ["run", "--silent", "create-admin", "--", ...args], { env })).stdout;
  } catch (failed) {
    throw new Error(String(Reflect.get(Object(failed), "stderr")));
  }
}

/** Returns the links in the printed text. */
function linksIn(printed: string): string[] {
  return printed.match(/http\S+\/invitation#\S+/g) ?? [];
}

let instance: RunningInstance;
let links: string[] = [];
const at = (path: string): string => new URL(path, instance.baseUrl).href;
const secretOf = (link: string): string => link.slice(link.lastIndexOf(".") + 1);

test.beforeAll(async () => {
  instance = await startInstance({ env: { SEED: "none" } });
  const people = ["--name", "Ada Lind", "--email", FIRST, "--name", "Ben Roth", "--email", SECOND];
  links = linksIn(await createAdmin(instance.dataDir, "--organisation", "Harbour Operations", ...people));
});
test.afterAll(() => instance?.stop());

/** Opens a page and records every address it requested and every referrer it sent. */
async function watched(browser: Browser, options: BrowserContextOptions = DESKTOP) {
  const { page, faults } = await openPage(browser, options);
  const sent: string[] = [];
  page.on("request", (request) => sent.push(`${request.url()} ${request.headers().referer ?? ""}`));
  return { page, faults, sent };
}

const isSignedIn = (page: Page) =>
  expect(page.getByRole("heading", { name: "What needs you now" })).toBeVisible();
const refused = (page: Page) => page.getByText("This link is no longer valid");

async function signOut(page: Page): Promise<void> {
  await page
    .locator("summary")
    .filter({ has: page.getByText("You", { exact: true }) })
    .click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/\/sign-in\?done=signed-out/);
}

test("by keyboard alone the first administrator makes a passkey from the link, which then signs in", async ({
  browser,
}) => {
  expect(links).toHaveLength(2);
  const [link = ""] = links;
  const { page, faults, sent } = await watched(browser);
  await plugInDevice(page);
  await visit(page, link);
  await expect(page.getByText(FIRST)).toBeVisible();
  await expect(page.getByText("Harbour Operations")).toBeVisible();
  // The token is off the screen before another person could read it, and in no document.
  expect(page.url()).toBe(at("/invitation"));
  expect(await page.content()).not.toContain(secretOf(link));
  await expectWhole(page);
  await pictures(page, "invitation");
  await expect(page.getByLabel("Name of this passkey")).toHaveValue(/^Chrom.*Linux$/);
  await page.getByLabel("Name of this passkey").fill("");
  await enterOn(page, page.getByRole("button", { name: "Create passkey and sign in" }));
  await expect(page.getByText("Enter a name")).toBeVisible();
  await expect(page.getByLabel("Name of this passkey")).toBeFocused();
  await page.keyboard.type("work laptop");
  await page.keyboard.press("Enter");
  await isSignedIn(page);
  await page.goto(at("/account/security"));
  await expect(page.getByRole("row", { name: "work laptop" })).toBeVisible();
  await expect(page.getByText("Your role needs a second factor")).toBeVisible();

  await page.goto(at("/keys"));
  await expect(page.getByRole("button", { name: "Begin epoch" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Backup of the root key" })).toBeVisible();
  await expectWhole(page);
  await pictures(page, "keys-empty");
  await signOut(page);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  await page.goto(at("/"));
  await isSignedIn(page);

  expect(sent.filter((line) => line.includes(secretOf(link)))).toEqual([]);
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("a used, cut or missing link sets up no sign-in, and the page says what to do", async ({ browser }) => {
  const [link = ""] = links;
  const { page } = await watched(browser);
  await visit(page, link);
  await expect(refused(page)).toBeVisible();
  await expectWhole(page);
  await pictures(page, "invitation-refused");
  await expect(page.getByRole("link", { name: "Go to sign-in" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Create passkey and sign in" })).toHaveCount(0);
  for (const address of ["/invitation", `${link.slice(0, -1)}`, `/invitation?token=${link.split("#")[1]}`]) {
    await page.goto("about:blank");
    await page.goto(at(address));
    await expect(page.getByText("This page needs the whole link")).toBeVisible();
  }
  await expectWhole(page);
  await page.context().close();
});

const SetUp = z.object({ secret: z.string() });

test("without a passkey the second one sets password and codes; a newer link replaces the first one", async ({
  browser,
}) => {
  const [, old = ""] = links;
  const again = await createAdmin(instance.dataDir, "--new-link", SECOND);
  const [link = ""] = linksIn(again);
  links = [...links, link];
  await expect(createAdmin(instance.dataDir, "--new-link", FIRST)).rejects.toThrow("can sign in already");
  await expect(createAdmin(instance.dataDir)).rejects.toThrow("This instance has people already");
  const { page, faults, sent } = await watched(browser);
  await page.goto(old);
  await expect(refused(page)).toBeVisible();
  // Pasted into the same tab, which does not load the page again.
  await page.evaluate((to) => window.location.assign(to), link);
  await expect(page.getByText(SECOND)).toBeVisible();
  const begun = page.waitForResponse(/\/api\/auth\/invitation\/totp$/);
  await page.getByRole("button", { name: "Use a password and codes" }).click();
  const totpSecret = Secret.fromBase32(SetUp.parse(await (await begun).json()).secret);
  const submit = page.getByRole("button", { name: "Set up and sign in" });
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  await expectWhole(page);
  await pictures(page, "invitation-password");
  await submit.click();
  await expect(page.getByText("Use 12 characters or more")).toBeVisible();
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await page.getByLabel("Password", { exact: true }).fill("password1234");
  await page.getByLabel("Six-digit code").fill("000000");
  await submit.click();
  await expect(page.getByText("This password is easy to guess")).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Six-digit code").fill("000000");
  await submit.click();
  await expect(page.getByText("This code does not match the app’s current code")).toBeVisible();
  await page.getByLabel("Six-digit code").fill(TOTP.generate({ secret: totpSecret }));
  await submit.click();
  await isSignedIn(page);
  await page.goto(at("/account/security"));
  await expect(page.getByText(SECOND).first()).toBeVisible();
  await page.goto(at("/invitation"));
  await expect(page.getByText("You are signed in as Ben Roth.")).toBeVisible();
  expect(sent.filter((line) => line.includes(secretOf(link)))).toEqual([]);
  // The browser logs calls that were answered by a refusal. That is not a fault of the page.
  expect(faults().filter((fault) => !/Failed to load resource.*(403|422)/.test(fault))).toEqual([]);
  await page.context().close();
});

test("the page is available in German @deep", async ({ browser }) => {
  const { page } = await watched(browser, { ...DESKTOP, locale: "de-DE" });
  await page.goto(at("/invitation"));
  await expect(page.getByRole("heading", { level: 1, name: "Ihre Anmeldung einrichten" })).toBeVisible();
  await expect(page.getByText("Diese Seite braucht den ganzen Link")).toBeVisible();
  await page.context().close();
});

test("no file of the instance contains a link, used or not", () => {
  const scanner = new CanaryScanner();
  for (const link of links) scanner.add("link", secretOf(link));
  const scanned = [...filesBelow(instance.dataDir)];
  expect(scanned.length).toBeGreaterThan(500);
  expect(scanned.filter((file) => scanner.findInFile(file).length > 0)).toEqual([]);
});
