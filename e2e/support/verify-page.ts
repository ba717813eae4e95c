import path from "node:path";
import { expect, type Page } from "@playwright/test";
import { demo } from "./instance";
import { visit } from "./page";

/** Returns an address of this worker's instance. */
export const at = (address: string) => new URL(address, demo().base_url).href;

export async function openVerify(page: Page): Promise<void> {
  await visit(page, at("/audit/verify"));
  await expect(page.getByRole("region", { name: "In this browser" })).toBeVisible();
}

const LABELS = {
  bundle: /^Choose.*: Bundle/,
  policy: /^Choose.*: Your policy/,
  receipt: /^Choose.*: A receipt/,
} as const;

/** Chooses a file through the button's own chooser, as a person does. */
export async function choose(page: Page, which: keyof typeof LABELS, file: string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: LABELS[which] }).click(),
  ]);
  await chooser.setFiles(file);
  await expect(page.getByText(path.basename(file), { exact: true }).first()).toBeVisible();
}

export async function startVerification(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Check the file" }).click();
}

export async function verifyFile(page: Page, file: string): Promise<void> {
  await choose(page, "bundle", file);
  await startVerification(page);
}

/** Returns the portal's own keys as the page shows them for a policy file. */
export async function policyOnPage(page: Page): Promise<string> {
  await openVerify(page);
  return (await page.getByRole("region", { name: "Content of policy.json" }).textContent()) ?? "";
}
