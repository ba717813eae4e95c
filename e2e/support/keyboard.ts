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

/** Moves the focus to a control by Tab alone, and returns the number of keys pressed. */
export async function tabUntil(page: Page, wanted: Locator): Promise<number> {
  await expect(wanted.first()).toBeEnabled();
  for (let pressed = 0; pressed < 150; pressed += 1) {
    if (await wanted.first().evaluate((one) => one === document.activeElement)) return pressed;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${wanted}`);
}

/** Goes to a control by Tab alone and presses Enter there. */
export async function enterOn(page: Page, wanted: Locator): Promise<void> {
  await tabUntil(page, wanted);
  await page.keyboard.press("Enter");
}
