import type { Locator, Page } from "@playwright/test";

/** Moves the focus by Tab until this control has it. */
export async function tabUntil(page: Page, wanted: Locator): Promise<void> {
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press("Tab");
    if (await wanted.first().evaluate((one) => one === document.activeElement)) return;
  }
  throw new Error(`Tab does not lead to ${wanted}`);
}
