import { mkdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Browser, chromium, type Page } from "@playwright/test";
import { LANGUAGE_COOKIE } from "@/components/messages/language";
import { findBrowser } from "@/lib/testing/instance/browser";
import { startInstance } from "@/lib/testing/instance/instance";
import { type Demo, readDemo } from "../support/api";
import { untilReady } from "../support/page";
import { detailPages, PAGES, PUBLIC, ROLES } from "../support/pages";
import { signIn } from "../support/sign-in";

// `npm run pictures:all -- [FOLDER] [--role ROLE]… [--look LOOK]…`: takes a full picture of every page for review. Without a role each page is
// shown to the person who sees most of it; with roles, each of them sees every page. Without a look all looks are taken.

interface Look {
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: "light" | "dark";
  readonly language: "en" | "de";
}

const WIDE = { width: 1440, height: 900 };
const LOOKS: Readonly<Record<string, Look>> = {
  light: { viewport: WIDE, colorScheme: "light", language: "en" },
  dark: { viewport: WIDE, colorScheme: "dark", language: "en" },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: "light", language: "en" },
  german: { viewport: WIDE, colorScheme: "light", language: "de" },
  // The narrowest screen with the longest words.
  narrow: { viewport: { width: 320, height: 640 }, colorScheme: "light", language: "de" },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { role: { type: "string", multiple: true }, look: { type: "string", multiple: true } },
});
const folder = path.resolve(positionals[0] ?? "test-results/pictures");
const looks = Object.entries(LOOKS).filter(([name]) => values.look?.includes(name) ?? true);

const nameOf = (address: string): string =>
  address.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "home";

async function takeOne(page: Page, demo: Demo, address: string, as: string): Promise<void> {
  let language: string | undefined;
  for (const [name, look] of looks) {
    await page.setViewportSize(look.viewport);
    await page.emulateMedia({ colorScheme: look.colorScheme });
    if (look.language !== language || name === "phone") {
      await page.context().addCookies([{ name: LANGUAGE_COOKIE, value: look.language, url: demo.base_url }]);
      await page.goto(new URL(address, demo.base_url).href, { waitUntil: "load" });
    }
    language = look.language;
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await untilReady(page);
    const file = path.join(folder, `${as}.${nameOf(address)}.${name}.png`);
    await page.screenshot({ path: file, fullPage: true, animations: "disabled" });
  }
  process.stdout.write(`${as} ${address}\n`);
}

/** The pages that a person is shown, with those that their lists lead to. */
async function addressesOf(page: Page, demo: Demo, role: string): Promise<string[]> {
  const isEvery = values.role !== undefined;
  const lists = PAGES.filter(({ seenBy, path: address }) => isEvery || seenBy === role || address === "/");
  return [...lists.map((one) => one.path), ...(await detailPages(page, demo.base_url))];
}

async function takeAll(browser: Browser, demo: Demo): Promise<void> {
  const roles = values.role === undefined ? [undefined, ...ROLES] : values.role;
  for (const role of roles) {
    const context = await browser.newContext({ timezoneId: "Europe/Berlin", viewport: WIDE });
    const page = await context.newPage();
    if (role !== undefined) await signIn(page, role, demo);
    const addresses = role === undefined ? PUBLIC : await addressesOf(page, demo, role);
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
