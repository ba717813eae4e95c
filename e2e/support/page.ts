import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from "@playwright/test";

export interface WatchedPage {
  readonly page: Page;
  /** Policy violations, script errors and console errors seen so far, in the page's own words. */
  faults(): readonly string[];
}

/** What the browser complains of and, for a resource that did not load, which: the text alone never says. */
function inWords(message: ConsoleMessage): string {
  const { url } = message.location();
  if (!message.text().startsWith("Failed to load resource") || !URL.canParse(url)) return message.text();
  return `${message.text()} [${new URL(url).pathname}]`;
}

/** A page of its own context that writes down whatever the browser complains about. */
export async function openPage(browser: Browser, options: BrowserContextOptions): Promise<WatchedPage> {
  const context = await browser.newContext({ timezoneId: "Europe/Berlin", ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(inWords(message));
  });
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) =>
      console.error(`policy: ${event.effectiveDirective} ${event.blockedURI}`),
    );
  });
  return { page, faults: () => faults };
}

/** Until scripts have taken the page over: its forms can be typed in and its times are in the reader's zone. */
export async function untilReady(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const times = [...document.querySelectorAll("time")];
    return (
      document.querySelector("fieldset:disabled") === null &&
      !times.some((time) => time.textContent?.endsWith("UTC"))
    );
  });
}

/** Cuts the page off from the stream of changes, as a proxy that lets none through; says how often it was tried. */
export async function withoutStream(page: Page): Promise<() => number> {
  let tries = 0;
  await page.route(/\/confidential\/events(\?|$)/, (route) => {
    tries += 1;
    return route.abort();
  });
  return () => tries;
}

/** A stream that says it is there and then never another word, and never breaks: a line that died unnoticed. */
export async function withSilentStream(page: Page): Promise<void> {
  await page.addInitScript(() => {
    class Silent extends EventTarget {
      readonly readyState = 1;
      constructor() {
        super();
        setTimeout(() => this.dispatchEvent(new Event("ready")), 0);
      }
      close(): void {}
    }
    Reflect.set(window, "EventSource", Object.assign(Silent, { CLOSED: 2 }));
  });
}
