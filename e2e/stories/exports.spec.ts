import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { axeFindings } from "../support/axe";

import { demo } from "../support/instance";
import { visit } from "../support/page";
import { signedIn } from "../support/signed-in";

const at = (address: string) => new URL(address, demo().base_url).href;
const DESKTOP = { viewport: { width: 1280, height: 900 } };

test("only its maker can fetch an export made in the background, and it has the digest shown", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "regulator-001", DESKTOP);
  await visit(page, at("/audit/exports?ready=1&format=xlsx&action=tenant.create"));
  const ready = page.getByRole("region", { name: "Ready to download" });
  // By keyboard: the button is reached from the link before it.
  await ready.getByRole("link", { name: "Download" }).focus();
  await page.keyboard.press("Tab");
  await expect(ready.getByRole("button", { name: "Make in background" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(ready.getByRole("status").first()).toContainText("Export requested.");
  const row = page.getByRole("table", { name: "Your exports" }).getByRole("row").nth(1);
  await expect(row).toContainText("Ready", { timeout: 60_000 });
  await expect(row).toContainText("Kept until");
  expect(await axeFindings(page)).toEqual([]);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    row.getByRole("link", { name: "Download" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("audit-log.xlsx");
  const digest = createHash("sha256")
    .update(readFileSync(await download.path()))
    .digest("hex");
  await expect(row.getByTitle(digest)).toBeVisible();
  const href = (await row.getByRole("link", { name: "Download" }).getAttribute("href")) ?? "";
  const piece = await page.request.get(at(href), { headers: { range: "bytes=10-19" } });
  expect([piece.status(), (await piece.body()).length]).toEqual([206, 10]);
  expect((await page.request.get(at(href), { headers: { range: "bytes=99999999-" } })).status()).toBe(416);
  const other = await signedIn(browser, "auditor-002", DESKTOP);
  expect((await other.page.request.get(at(href))).status()).toBe(404);
  await row.getByRole("button", { name: /^Remove the file of/ }).click();
  await expect(row).toContainText("Removed");
  expect((await page.request.get(at(href))).status()).toBe(410);
  expect(faults()).toEqual([]);
  for (const one of [page, other.page]) await one.context().close();
});

test("a plain download is in the history without a reload, with its digest and its entry once it has ended @deep", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "auditor-001", DESKTOP);
  await visit(page, at("/audit/exports?ready=1&format=csv&action=tenant.create"));
  // A reload would remove this mark.
  await page.evaluate(() => document.body.setAttribute("data-not-reloaded", ""));
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("region", { name: "Ready to download" }).getByRole("link", { name: "Download" }).click(),
  ]);
  const digest = createHash("sha256")
    .update(readFileSync(await download.path()))
    .digest("hex");
  const row = page.getByRole("table", { name: "Your exports" }).getByRole("row").nth(1);
  await expect(row).toContainText("Complete");
  await expect(row.getByTitle(digest)).toBeVisible();
  await expect(row.getByRole("link").last()).toHaveText(/^[\d,]+$/);
  await expect(page.locator("body")).toHaveAttribute("data-not-reloaded", "");
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("in German and at 320 pixels the page has the same texts and does not scroll sideways @deep", async ({
  browser,
}) => {
  const { page } = await signedIn(browser, "auditor-001", {
    viewport: { width: 320, height: 844 },
    locale: "de-DE",
  });
  await visit(page, at("/audit/exports?ready=1&format=csv"));
  await page.getByRole("button", { name: "Im Hintergrund erstellen" }).click();
  await expect(page.getByText("Fertig", { exact: true }).first()).toBeVisible({ timeout: 60_000 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  // The file is not compressed on the way, because a range of a compressed file would be a different range.
  const link = page.getByRole("link", { name: "Herunterladen" }).last();
  const href = (await link.getAttribute("href")) ?? "";
  for (const [range, status] of [
    [{}, 200],
    [{ range: "bytes=0-4999" }, 206],
  ] as const) {
    const answer = await page.request.get(at(href), { headers: { "accept-encoding": "gzip, br", ...range } });
    const { "content-encoding": coding, "content-range": sent } = answer.headers();
    const length = (await answer.body()).length;
    expect([answer.status(), coding]).toEqual([status, undefined]);
    if (status === 206) expect([length, sent?.startsWith("bytes 0-4999/")]).toEqual([5000, true]);
  }
  await page.context().close();
});
