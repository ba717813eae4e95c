import { readFileSync, writeFileSync } from "node:fs";
import { type Download, expect, type Page, test } from "@playwright/test";
import { people } from "../support/api";
import { demo } from "../support/instance";
import { openFields } from "../support/opening";
import { openPage } from "../support/page";
import { signedIn } from "../support/signed-in";
import { approve, canaries, fileRequest, orderFacts, submitTransaction } from "../support/steps";
import { pictures } from "../support/take-pictures";
import { choose } from "../support/verify-page";
import { expectWhole } from "../support/whole";

// Opened values are taken away as evidence, and a visitor without an account checks the file.

const at = (path: string): string => new URL(path, demo().base_url).href;
const DESKTOP = { viewport: { width: 1440, height: 900 } };

async function granted(): Promise<string> {
  const who = people(demo());
  const tx = await submitTransaction(who.client456, canaries());
  const facts = orderFacts();
  await approve(who, await fileRequest(who.regulator, tx, facts), facts);
  return tx;
}

/** Presses the button that downloads a file. */
async function downloaded(page: Page, name: string | RegExp): Promise<Download> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name }).click(),
  ]);
  return download;
}

async function check(page: Page, file: string): Promise<void> {
  await choose(page, "bundle", file);
  await page.getByRole("button", { name: "Check the file" }).click();
}

test("an officer makes evidence of opened fields in two presses, and a visitor finds it unchanged, and a copy changed", async ({
  browser,
}) => {
  const tx = await granted();
  const { page, faults } = await signedIn(browser, "regulator-001", DESKTOP);
  await page.goto(at(`/transactions/${tx}`), { waitUntil: "networkidle" });
  await openFields(page);
  await expect(page.getByRole("button", { name: "Make evidence" })).toBeEnabled();
  const evidence = await downloaded(page, "Make evidence");
  expect(evidence.suggestedFilename()).toMatch(/^EV-\d{4}-\d{8}\.pdf$/);
  const file = await evidence.path();
  await expect(page.getByText("Evidence was made and downloaded")).toBeVisible();
  const reference = evidence.suggestedFilename().replace(".pdf", "");
  const code =
    /Check code ([0-9A-Z-]{9})/.exec((await page.getByRole("main").textContent()) ?? "")?.[1] ?? "";
  await expectWhole(page);
  await pictures(page, "evidence-made");

  await page.goto(at("/evidence"), { waitUntil: "networkidle" });
  const row = page.getByRole("row").filter({ hasText: reference });
  await expect(row).toContainText(code);
  await expectWhole(page);
  await pictures(page, "evidence-list");
  expect(faults()).toEqual([]);

  const visitor = await openPage(browser, DESKTOP);
  await visitor.page.goto(at(`/verify#${reference}.${code}`), { waitUntil: "networkidle" });
  await expect(visitor.page.getByText(`This page was opened for ${reference}`)).toBeVisible();
  await check(visitor.page, file);
  await expect(visitor.page.getByRole("heading", { name: `${reference} is unchanged` })).toBeVisible();
  await expect(visitor.page.getByText(`The check code is the same: ${code}`)).toBeVisible();
  await expectWhole(visitor.page);
  await pictures(visitor.page, "verify-evidence");
  const changed = `${file}-changed.pdf`;
  writeFileSync(
    changed,
    Buffer.from(readFileSync(file).toString("latin1").replace('"currency":"', '"currencY":"'), "latin1"),
  );
  await check(visitor.page, changed);
  await expect(
    visitor.page.getByText("The first place that differs is a value or its transaction."),
  ).toBeVisible();
  await pictures(visitor.page, "verify-evidence-changed");
  expect(visitor.faults()).toEqual([]);
});

test("the receipt of a request is a file that the public page takes", async ({ browser }) => {
  const who = people(demo());
  const tx = await submitTransaction(who.client456, canaries());
  const id = await fileRequest(who.regulator, tx, orderFacts());
  const { page, faults } = await signedIn(browser, "regulator-001", DESKTOP);
  await page.goto(at(`/requests/${id}`), { waitUntil: "networkidle" });
  const receipt = await (await downloaded(page, "Download the receipt")).path();
  const visitor = await openPage(browser, DESKTOP);
  await visitor.page.goto(at("/verify"), { waitUntil: "networkidle" });
  await check(visitor.page, receipt);
  await expect(visitor.page.getByRole("heading", { name: "The receipt is genuine" })).toBeVisible();
  expect([...faults(), ...visitor.faults()]).toEqual([]);
});
