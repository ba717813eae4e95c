import type { Browser, BrowserContextOptions, Page } from "@playwright/test";

export interface WatchedPage {
  readonly page: Page;
  /** Policy violations, script errors and console errors seen so far, in the page's own words. */
  faults(): readonly string[];
}

/** A page of its own context that writes down whatever the browser complains about. */
export async function openPage(browser: Browser, options: BrowserContextOptions): Promise<WatchedPage> {
  const context = await browser.newContext({ timezoneId: "Europe/Berlin", ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
  });
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) =>
      console.error(`policy: ${event.effectiveDirective} ${event.blockedURI}`),
    );
  });
  return { page, faults: () => faults };
}
