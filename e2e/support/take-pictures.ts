import path from "node:path";
import type { Page } from "@playwright/test";

/** Pictures of a page in light and dark, in the folder that SEALPORT_PICTURES names; without one none are taken. */
export async function pictures(page: Page, name: string): Promise<void> {
  const folder = process.env.SEALPORT_PICTURES;
  if (folder === undefined) return;
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path.join(folder, `${name}.${colorScheme}.png`), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: "light" });
}
