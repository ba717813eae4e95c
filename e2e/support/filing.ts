import { expect, type Locator, type Page } from "@playwright/test";
import { pdf } from "./api";

/** Generous, because the browser and the server are slow under load. No test here asserts speed. */
export const SOON = { timeout: 45_000 };

/** The order that the filing stories attach. */
export const ORDER = { name: "demand.pdf", mimeType: "application/pdf", buffer: pdf("Demand MSO 7-2231/26") };

/** Returns the day this many days from today, in the form of `date` controls. */
export function day(offset: number): string {
  return new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
}

export async function chooseFile(
  page: Page,
  file: { readonly name: string; readonly mimeType: string; readonly buffer: Buffer },
  button: string | RegExp = /Choose a file|Replace/,
): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: button }).click();
  await (await chooser).setFiles(file);
}

export interface Facts {
  readonly kind?: string;
  readonly issuer?: string;
  readonly caseNumber: string;
}

export async function fillFacts(page: Page, facts: Facts): Promise<void> {
  await page.getByLabel("Kind").selectOption(facts.kind ?? "statutory_demand");
  if (facts.issuer !== undefined) await page.getByLabel("Issuer").fill(facts.issuer);
  await page.getByLabel("Case number").fill(facts.caseNumber);
  await page.getByLabel("Valid from").fill(day(-1));
  await page.getByLabel("Valid until").fill(day(30));
  await page.getByLabel("Jurisdiction").selectOption("DE");
  await page.getByRole("radio", { name: "No", exact: true }).check();
}

/** Fills in purpose, reason, one transaction and one field: enough for a draft. */
export async function fillAsking(page: Page, transactionId: string, reason: string): Promise<void> {
  await page.getByRole("radio", { name: "Compliance" }).check();
  await page.getByLabel("Reason").fill(reason);
  await page.getByLabel("Transaction numbers").fill(transactionId);
  await page.getByLabel("Transaction numbers").press("Enter");
  await page.getByRole("checkbox", { name: "Amount" }).check();
}

/** Waits until the server has stored the current draft, and returns its id. */
export async function savedDraft(page: Page): Promise<string> {
  await expect(page.getByText(/^Draft AR-\d{4}-\d{8}, saved/)).toBeVisible(SOON);
  await expect(page).toHaveURL(/draft=[0-9a-f-]{36}/, SOON);
  return new URL(page.url()).searchParams.get("draft") ?? "";
}

/** Moves by keyboard alone, and counts what a person does. */
export class Keyboard {
  /** Counts typed answers, choices and buttons, and steps from control to control. */
  typed = 0;
  acts = 0;
  steps = 0;
  constructor(readonly page: Page) {}

  /** Presses Tab until the control has the focus. Throws if the control cannot be reached. */
  async to(target: Locator): Promise<void> {
    await expect(target).toBeEnabled();
    for (let step = 0; step < 60; step += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press("Tab");
      this.steps += 1;
    }
    throw new Error(`${target} cannot be reached by the keyboard`);
  }

  async press(target: Locator, key = "Enter"): Promise<void> {
    await this.to(target);
    await this.page.keyboard.press(key);
    this.acts += 1;
  }

  async type(target: Locator, text: string): Promise<void> {
    await this.to(target);
    await this.page.keyboard.type(text);
    this.typed += 1;
  }

  /** Chooses in a closed list by the first letters. */
  async pick(target: Locator, letters: string): Promise<void> {
    await this.to(target);
    await this.page.keyboard.type(letters);
    this.acts += 1;
  }

  print(story: string): void {
    console.log(
      `${story}: ${this.typed} typed answers, ${this.acts} choices and buttons, ${this.steps} steps with Tab`,
    );
  }
}
