import { expect, type Page } from "@playwright/test";
import { axeFindings, pageFindings } from "./axe";

/** A narrow phone. WCAG 1.4.10 asks for pages that need no sideways scrolling at this width. */
const NARROW = { width: 320, height: 760 };

/** Returns the elements that reach beyond this width, where the page is wider; empty where it is not. */
function tooWide(width: number): string[] {
  const { scrollWidth } = document.documentElement;
  if (scrollWidth <= width) return [];
  const found = [...document.querySelectorAll("body *")].filter(
    (element) => element.getBoundingClientRect().right > width,
  );
  return [
    `the page is ${scrollWidth} px wide`,
    ...found.map((one) => `${one.outerHTML.slice(0, 160)} to ${one.getBoundingClientRect().right}`),
  ];
}

/**
 * Checks that the page has no axe violation, and is not wider than a small screen. The deep run checks the colours of the dark theme as well:
 * tailwind.config.test.ts shows that they have the contrast of the light ones. Ends in the light theme and in the size that the page had.
 */
export async function expectWhole(page: Page): Promise<void> {
  const size = page.viewportSize();
  await page.emulateMedia({ colorScheme: "light" });
  expect(await axeFindings(page)).toEqual([]);
  if (process.env.SEALPORT_DEEP === "1") {
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await pageFindings(page, "colours")).toEqual([]);
    await page.emulateMedia({ colorScheme: "light" });
  }
  await page.setViewportSize(NARROW);
  expect(await page.evaluate(tooWide, NARROW.width)).toEqual([]);
  if (size !== null) await page.setViewportSize(size);
}
