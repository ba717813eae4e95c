import type { Browser, BrowserContextOptions, ConsoleMessage, Page, Response } from "@playwright/test";

export interface WatchedPage {
  readonly page: Page;
  /** Policy violations, script errors and console errors so far, in the page's own words. */
  faults(): readonly string[];
}

/** Returns the browser's message and, for a resource that failed to load, its address, which the text alone leaves out. */
function inWords(message: ConsoleMessage): string {
  const { url } = message.location();
  if (!message.text().startsWith("Failed to load resource") || !URL.canParse(url)) return message.text();
  return `${message.text()} [${new URL(url).pathname}]`;
}

/** Opens a page in its own context and records every complaint of the browser. */
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

/**
 * Waits until scripts are active on the page: React has taken over each control (it marks the elements it owns), its forms accept typing,
 * and its times are in the reader's zone.
 */
export async function untilReady(page: Page): Promise<void> {
  // No function in it has a name: tsx, which takes the pictures, would call a helper that the page does not have.
  await page.waitForFunction(
    () =>
      document.querySelector("h1") !== null &&
      [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].every((control) =>
        Object.keys(control).some((key) => key.startsWith("__reactFiber$")),
      ) &&
      document.querySelector("fieldset:disabled") === null &&
      ![...document.querySelectorAll("time")].some((time) => time.textContent?.endsWith("UTC")),
    undefined,
    { timeout: 60_000 },
  );
}

/** Goes to an address and waits until scripts are active there. */
export async function visit(page: Page, address: string): Promise<Response | null> {
  const response = await page.goto(address);
  await untilReady(page);
  return response;
}

/** Cuts the page off from the stream of changes, like a proxy that blocks it. Returns a function that counts the attempts. */
export async function withoutStream(page: Page): Promise<() => number> {
  let tries = 0;
  await page.route(/\/confidential\/events(\?|$)/, (route) => {
    tries += 1;
    return route.abort();
  });
  return () => tries;
}

/** Serves a stream that connects and then stays silent without breaking, like a connection that died unnoticed. */
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
