import { type Browser, expect, type Page, test } from "@playwright/test";
import { isDeep } from "@/lib/testing/scale";
import { people } from "../support/api";
import { pageFindings } from "../support/axe";
import { demo } from "../support/instance";
import { openPage } from "../support/page";
import { expectPageHeaders } from "../support/page-headers";
import { detailPages, PAGES, PUBLIC, ROLES } from "../support/pages";
import { signedIn } from "../support/signed-in";

// Checks each page: its headers, no axe violation, no policy violation, no console error, nothing wider than the screen. The deep run shows every page
// to every role, in both themes. Otherwise each page is visited once by the role that sees most of it, and once by a role that is refused;
// tailwind.config.test.ts shows that a dark colour has contrast where the light one has.

const DESKTOP = { width: 1440, height: 900 };
const NARROW = { width: 320, height: 760 };
async function settle(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  // Live pages keep a stream open, so the network never falls idle. The page is ready when it has replaced the loading line. The gate
  // itself asserts that this happens.
  await page
    .waitForFunction(
      () => document.querySelectorAll("main").length === 1 && document.querySelectorAll("h1").length === 1,
      undefined,
      { timeout: 20_000 },
    )
    .catch(() => undefined);
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

/** A document that answers 404 or 403 makes the browser log an error. That is not a fault of the page. */
function realFaults(faults: readonly string[]): string[] {
  return faults.filter((fault) => !/Failed to load resource.*(404|403)/.test(fault));
}

const FORBIDDEN = "You do not have access to this";

/** A refusal is the same document at every address, as is a missing page, so axe reads it once for each person. */
function isReadBefore(heading: string | null, read: Set<string>): boolean {
  if (heading !== FORBIDDEN && heading !== "Not found") return false;
  const isKnown = read.has(heading);
  read.add(heading);
  return isKnown;
}

async function themeFindings(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: "light" });
  const light = (await pageFindings(page)).map((finding) => `light: ${finding}`);
  if (!isDeep) return light;
  await page.emulateMedia({ colorScheme: "dark" });
  return [...light, ...(await pageFindings(page, "colours")).map((finding) => `dark: ${finding}`)];
}

/** A person's page, with its faults, and the headings that axe has read for them. */
interface Visitor {
  readonly page: Page;
  readonly faults: () => readonly string[];
  readonly read: Set<string>;
  readonly isSignedIn: boolean;
}

async function gate({ page, faults, read, isSignedIn }: Visitor, path: string): Promise<string[]> {
  const before = faults().length;
  const found: string[] = [];
  const response = await page.goto(new URL(path, demo().base_url).href);
  if (response === null) throw new Error(`${path}: no answer`);
  expectPageHeaders(response.headers(), path);
  if (isSignedIn) expect(response.headers()["cache-control"], path).toContain("no-store");
  await settle(page);
  if ((await page.locator("main").count()) !== 1) found.push("it does not have exactly one main");
  const headings = await page.locator("h1").allTextContents();
  if (headings.length !== 1) found.push("it does not have exactly one h1");
  if (!isReadBefore(headings[0] ?? null, read)) found.push(...(await themeFindings(page)));
  await page.setViewportSize(NARROW);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > NARROW.width) found.push(`scrolls sideways: ${width} px at ${NARROW.width}`);
  // Menus and folded parts, which open over the page or push it down.
  const opened = await page.evaluate(() => {
    const folded = [...document.querySelectorAll<HTMLDetailsElement>("details:not([open])")];
    for (const one of folded) one.open = true;
    const width = document.documentElement.scrollWidth;
    for (const one of folded) one.open = false;
    return width;
  });
  if (opened > Math.max(width, NARROW.width))
    found.push(`scrolls sideways with all menus open: ${opened} px at ${NARROW.width}`);
  await page.setViewportSize(DESKTOP);
  found.push(...realFaults(faults().slice(before)));
  return found.map((finding) => `${path}: ${finding}`);
}

async function visitorAs(browser: Browser, handle: string): Promise<Visitor> {
  const { page, faults } = await signedIn(browser, handle, { viewport: DESKTOP });
  return { page, faults, read: new Set(), isSignedIn: true };
}

test("public pages pass every gate", async ({ browser }) => {
  const { page, faults } = await openPage(browser, { viewport: DESKTOP });
  const visitor = { page, faults, read: new Set<string>(), isSignedIn: false };
  const found: string[] = [];
  for (const path of PUBLIC) found.push(...(await gate(visitor, path)));
  expect(found).toEqual([]);
});

for (const handle of ROLES) {
  test(`pages of ${handle} pass every gate @deep`, async ({ browser }) => {
    test.setTimeout(600_000);
    const visitor = await visitorAs(browser, handle);
    const { page } = visitor;
    const found: string[] = [];
    const details = await detailPages(page, demo().base_url);
    for (const path of [...PAGES.map((one) => one.path), ...details])
      found.push(...(await gate(visitor, path)));
    console.log(`${handle}: ${PAGES.length + details.length} pages, light and dark`);
    expect(found).toEqual([]);
    await page.context().close();
  });
}

for (const handle of ROLES) {
  const paths = PAGES.filter(({ seenBy }) => seenBy === handle).map(({ path }) => path);
  test(`pages that ${handle} sees most of pass every gate`, async ({ browser }) => {
    const visitor = await visitorAs(browser, handle);
    const { page } = visitor;
    const found: string[] = [];
    for (const path of paths) {
      found.push(...(await gate(visitor, path)));
      if ((await page.locator("h1").textContent()) === FORBIDDEN) found.push(`${path}: refused to ${handle}`);
    }
    expect(found).toEqual([]);
    await page.context().close();
  });
}

test("pages that a participant may not see are refused, and the refusal passes every gate", async ({
  browser,
}) => {
  const visitor = await visitorAs(browser, "miner-789");
  const { page } = visitor;
  const [first = "", ...others] = PAGES.filter(({ isForParties }) => !isForParties).map(({ path }) => path);
  const found = await gate(visitor, first);
  await expect(page.locator("h1")).toHaveText(FORBIDDEN);
  await page.getByText("Details", { exact: true }).click();
  await expect(page.getByText("Request id", { exact: true })).toBeVisible();
  // The refusal is one document, so for the others its text is enough.
  for (const path of others) {
    const answer = await page.request.get(new URL(path, demo().base_url).href);
    if (!(await answer.text()).includes(FORBIDDEN)) found.push(`${path}: not refused`);
  }
  expect(found).toEqual([]);
  await page.context().close();
});

test("the demonstration data fill each list", async () => {
  const who = people(demo());
  for (const [caller, path] of [
    [who.regulator, "/confidential/access/requests"],
    [who.regulator, "/confidential/access/grants"],
    [who.support, "/confidential/disputes"],
    [who.client456, "/confidential/transactions"],
  ] as const) {
    const answer = await caller.get(path);
    expect(answer.json.items, path).not.toEqual([]);
  }
});
