import { expect, type Page } from "@playwright/test";

/** All that reached a page over the network, and every address it had. */
export interface Witness {
  /** Answers that contain one of the values, as `METHOD path`. */
  answersWith(values: readonly string[]): readonly string[];
  readonly addresses: readonly string[];
}

/** Records what the portal answers to a page, from now on. */
export function witness(page: Page): Witness {
  const answers: { readonly call: string; readonly text: string }[] = [];
  const addresses: string[] = [];
  page.on("request", (request) => addresses.push(request.url()));
  page.on("framenavigated", (frame) => addresses.push(frame.url()));
  page.on("response", async (response) => {
    const { pathname } = new URL(response.url());
    if (pathname === "/confidential/events") return;
    const text = await response.text().catch(() => "");
    answers.push({ call: `${response.request().method()} ${pathname}`, text });
  });
  return {
    addresses,
    answersWith: (values) =>
      answers.filter(({ text }) => values.some((value) => text.includes(value))).map(({ call }) => call),
  };
}

/** Returns all that this origin stores in the browser, as one text. */
export async function keptBy(page: Page): Promise<string> {
  const stores = await page.evaluate(async () => {
    const databases = await indexedDB.databases();
    const caches_ = await caches.keys();
    return JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      document.cookie,
      history.state,
      databases.map(({ name }) => name),
      caches_,
    ]);
  });
  return stores;
}

/** Checks that no value is in the document (attributes and typed text included), in the browser's storage, or in an address. */
export async function expectGone(page: Page, seen: Witness, values: readonly string[]): Promise<void> {
  const shown = await page.content();
  const typed = await page.evaluate(() =>
    [...document.querySelectorAll("input, textarea")]
      .map((one) => ("value" in one ? one.value : ""))
      .join("\n"),
  );
  const kept = await keptBy(page);
  for (const value of values) {
    expect(shown).not.toContain(value);
    expect(typed).not.toContain(value);
    expect(kept).not.toContain(value);
    expect(seen.addresses.filter((address) => address.includes(value))).toEqual([]);
  }
}

/**
 * Lets the test move the page's clock forward. Timers are unchanged, so the stream stays alive; a jump of all timers would make the page
 * treat it as dead. Call it before the page is opened.
 */
export async function clockOf(page: Page): Promise<{ forward(ms: number): Promise<void> }> {
  await page.addInitScript(() => {
    const now = Date.now.bind(Date);
    let ahead = 0;
    Date.now = () => now() + ahead;
    addEventListener("clock-forward", (event) => {
      if (event instanceof CustomEvent && typeof event.detail === "number") ahead += event.detail;
    });
  });
  return {
    forward: async (ms) => {
      await page.evaluate((detail) => {
        dispatchEvent(new CustomEvent("clock-forward", { detail }));
      }, ms);
      // The page's clock check of each second has run by then: of two timers with one period the older runs first.
      await page.evaluate(
        () =>
          new Promise<void>((resolve) => {
            let ticks = 0;
            const timer = setInterval(() => {
              ticks += 1;
              if (ticks < 2) return;
              clearInterval(timer);
              resolve();
            }, 1_000);
          }),
      );
    },
  };
}
