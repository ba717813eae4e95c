import { mkdirSync } from "node:fs";
import path from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";
import { findBrowser } from "@/lib/testing/instance/browser";
import { startInstance } from "@/lib/testing/instance/instance";
import { type Demo, readDemo } from "../support/api";
import { untilReady } from "../support/page";
import { detailPages, PAGES, PUBLIC, ROLES } from "../support/pages";
import { signIn } from "../support/sign-in";

// `npm run pictures:all -- FOLDER [ROLE…]`: takes a full picture of every page for every role, or for the named ones, in both themes and on
// a phone, for review.

const folder = path.resolve(process.argv[2] ?? "test-results/pictures");
const named = process.argv.slice(3);
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

const nameOf = (address: string): string =>
  address.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "home";

async function takeOne(page: Page, demo: Demo, address: string, as: string): Promise<void> {
  for (const [look, viewport, colorScheme] of [
    ["light", WIDE, "light"],
    ["dark", WIDE, "dark"],
    ["phone", PHONE, "light"],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    if (look !== "dark") await page.goto(new URL(address, demo.base_url).href, { waitUntil: "load" });
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await untilReady(page);
    const file = path.join(folder, `${as}.${nameOf(address)}.${look}.png`);
    await page.screenshot({ path: file, fullPage: true, animations: "disabled" });
  }
  process.stdout.write(`${as} ${address}\n`);
}

async function takeAll(browser: Browser, demo: Demo): Promise<void> {
  for (const role of [undefined, ...ROLES].filter(
    (each) => named.length === 0 || named.includes(each ?? ""),
  )) {
    const context = await browser.newContext({ timezoneId: "Europe/Berlin", viewport: WIDE });
    const page = await context.newPage();
    if (role !== undefined) await signIn(page, role, demo);
    const addresses =
      role === undefined
        ? PUBLIC
        : [...PAGES.map(({ path }) => path), ...(await detailPages(page, demo.base_url))];
    for (const address of addresses) await takeOne(page, demo, address, role?.replace(":", "-") ?? "anyone");
    await context.close();
  }
}

mkdirSync(folder, { recursive: true });
const instance = await startInstance();
const browser = await chromium.launch({ executablePath: findBrowser() });
try {
  await takeAll(browser, readDemo(instance.dataDir));
} finally {
  await browser.close();
  await instance.stop();
}
