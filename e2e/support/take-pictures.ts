import path from "node:path";
import type { Page } from "@playwright/test";

const PHONE = { width: 390, height: 844 };

/** Takes pictures of a page in light and dark, and on a phone, into the folder that SEALPORT_PICTURES names. Without the variable it does nothing. */
export async function pictures(page: Page, name: string): Promise<void> {
  const folder = process.env.SEALPORT_PICTURES;
  if (folder === undefined) return;
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path.join(folder, `${name}.${colorScheme}.png`), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: "light" });
  const size = page.viewportSize();
  if (size === null) return;
  await page.setViewportSize(PHONE);
  await page.screenshot({ path: path.join(folder, `${name}.phone.png`), fullPage: true });
  await page.setViewportSize(size);
}
