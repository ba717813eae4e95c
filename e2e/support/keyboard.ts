import { expect, type Locator, type Page } from "@playwright/test";

/**
 * Waits until a control is enabled, focuses it and presses a key. Buttons are disabled until the page's scripts run,
 * and an earlier key press would be lost.
 */
export async function pressOn(control: Locator, key = "Enter"): Promise<void> {
  await expect(control).toBeEnabled();
  await control.focus();
  await control.page().keyboard.press(key);
}

/** Moves the focus by Tab until this control has it. */
export async function tabUntil(page: Page, wanted: Locator): Promise<void> {
  await expect(wanted.first()).toBeEnabled();
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press("Tab");
    if (await wanted.first().evaluate((one) => one === document.activeElement)) return;
  }
  throw new Error(`Tab does not lead to ${wanted}`);
}
