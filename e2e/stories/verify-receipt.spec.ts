import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { changeBundle } from "@/lib/audit/bundle-verifier/change-bundle";
import { readCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { people } from "../support/api";
import { axeFindings } from "../support/axe";
import { demo } from "../support/instance";
import { visit } from "../support/page";
import { signedIn } from "../support/signed-in";
import { canaries, newTransaction } from "../support/steps";
import { pictures } from "../support/take-pictures";
import { at, choose, openVerify, policyOnPage, startVerification, verifyFile } from "../support/verify-page";

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const folder = mkdtempSync(path.join(tmpdir(), "sealport-e2e-receipt-"));
const inFolder = (name: string) => path.join(folder, name);
const CHANGED = "2026-01-01T00:00:00.000000Z";

/** Returns what the command line prints for the same files. */
function onCommandLine(args: readonly string[]): string {
  const { stdout } = spawnSync("npm", ["run", "--silent", "verify", "--", ...args], { encoding: "utf8" });
  return stdout;
}

/** Returns the answer to a new transaction, and a bundle whose checkpoint covers its entry. */
async function answerAndBundle(): Promise<{ answer: string; receipt: Record<string, string> }> {
  const who = people(demo());
  const created = await who.client456.post("/confidential/transactions", newTransaction(canaries()));
  expect(created.status, created.text).toBe(201);
  const receipt = created.json.receipt as Record<string, string>;
  await expect
    .poll(
      async () => {
        const { bytes } = await who.auditor.bytes("/confidential/audit/export?format=bundle");
        writeFileSync(inFolder("bundle.zip"), bytes);
        const entries = readCanonicalZip(new Uint8Array(bytes)).find(({ name }) => name === "entries.ndjson");
        return new TextDecoder().decode(entries?.bytes).includes(receipt.entry_id ?? "?");
      },
      { timeout: 60_000 },
    )
    .toBe(true);
  writeFileSync(inFolder("answer.json"), created.text);
  writeFileSync(inFolder("changed.json"), JSON.stringify({ ...receipt, integrate_by: CHANGED }));
  writeFileSync(inFolder("none.json"), "{}");
  return { answer: created.text, receipt };
}

const receipts = (page: Page) => page.getByRole("region", { name: /^Receipts/ });

test("the browser checks a receipt, from a file and pasted, and shows the command line's words", async ({
  browser,
}) => {
  const { answer } = await answerAndBundle();
  const { page, faults } = await signedIn(browser, "auditor-001", DESKTOP);
  writeFileSync(inFolder("policy.json"), await policyOnPage(page));
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.method() !== "GET") asked.push(request.url());
  });
  await choose(page, "bundle", inFolder("bundle.zip"));
  await choose(page, "policy", inFolder("policy.json"));
  await choose(page, "receipt", inFolder("answer.json"));
  await startVerification(page);
  await expect(page.getByRole("heading", { name: /entries are verified under your policy$/ })).toBeVisible();
  await expect(receipts(page)).toContainText(/The log kept its promise: entry [\d,]+ is the promised one\./);
  const said = onCommandLine([
    inFolder("bundle.zip"),
    "--policy",
    inFolder("policy.json"),
    "--receipt",
    inFolder("answer.json"),
  ]);
  const words = /the receipt's entry \S+ is leaf \d+: the promise was kept/.exec(said)?.[0] ?? "nothing";
  await expect(receipts(page)).toContainText(words);
  expect(await axeFindings(page)).toEqual([]);
  await pictures(page, "verify-receipt-kept");
  // A changed file and the whole answer pasted, at once: each gets its own result.
  await choose(page, "receipt", inFolder("changed.json"));
  await page.getByLabel("Or paste a receipt").fill(answer);
  await startVerification(page);
  await expect(page.getByRole("heading", { name: "A receipt is not valid" })).toBeVisible();
  await expect(page.getByText(/^The bundle itself is valid\. All [\d,]+ entries match/)).toBeVisible();
  await expect(receipts(page)).toContainText("was changed after it was signed");
  await expect(receipts(page)).toContainText("changed.json: the receipt for entry");
  await expect(receipts(page)).toContainText("the pasted receipt");
  await expect(receipts(page)).toContainText("The log kept its promise");
  await expect(page.getByText("Compare the receipt with the API answer that contained it")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await pictures(page, "verify-receipt-changed");
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.setViewportSize(DESKTOP.viewport);
  await choose(page, "receipt", inFolder("none.json"));
  await startVerification(page);
  await expect(page.getByText("This is not a receipt: none.json")).toBeVisible();
  expect(asked).toEqual([]);
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("the receipt field and the start are reached and used by keyboard alone, in German too @deep", async ({
  browser,
}) => {
  await answerAndBundle();
  const { page, faults } = await signedIn(browser, "auditor-001", { ...DESKTOP, locale: "de-DE" });
  await visit(page, at("/audit/verify"));
  const pick = async (place: number, file: string): Promise<void> => {
    const button = page.getByRole("button", { name: /^(Datei|Andere) wählen/ }).nth(place);
    // The button acts once the page's scripts have come.
    await expect(async () => {
      await button.focus();
      const opened = page.waitForEvent("filechooser", { timeout: 5_000 });
      await Promise.all([opened, page.keyboard.press("Enter")]);
      await (await opened).setFiles(file);
    }).toPass();
    await expect(button).toHaveAccessibleName(/^Andere wählen/);
  };
  await pick(0, inFolder("bundle.zip"));
  await pick(2, inFolder("changed.json"));
  await page.getByRole("button", { name: "Entfernen" }).focus();
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Oder eine Quittung einfügen")).toBeFocused();
  await page.keyboard.insertText(readFileSync(inFolder("answer.json"), "utf8"));
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Datei prüfen" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Eine Quittung ist ungültig" })).toBeVisible();
  const quittungen = page.getByRole("region", { name: /^Quittungen/ });
  await expect(quittungen).toContainText("wurde nach dem Signieren geändert");
  await expect(quittungen).toContainText("Das Protokoll hat seine Zusage eingehalten");
  expect(await axeFindings(page)).toEqual([]);
  await pictures(page, "verify-receipt-german");
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("a verified checkpoint is kept by a download, and an older bundle is then reported as older @deep", async ({
  browser,
}) => {
  await answerAndBundle();
  writeFileSync(inFolder("older.zip"), readFileSync(inFolder("bundle.zip")));
  await answerAndBundle();
  const { page, faults } = await signedIn(browser, "auditor-001", DESKTOP);
  writeFileSync(inFolder("mine.json"), await policyOnPage(page));
  await choose(page, "policy", inFolder("mine.json"));
  await verifyFile(page, inFolder("bundle.zip"));
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download mine.json with it" }).click(),
  ]);
  await pictures(page, "verify-verified");
  await download.saveAs(inFolder("kept.json"));
  expect(JSON.parse(readFileSync(inFolder("kept.json"), "utf8")).checkpoints).toHaveLength(1);
  // The command line writes the same file.
  onCommandLine([inFolder("bundle.zip"), "--keep", inFolder("mine.json")]);
  expect(readFileSync(inFolder("mine.json"), "utf8")).toBe(readFileSync(inFolder("kept.json"), "utf8"));
  await choose(page, "policy", inFolder("kept.json"));
  await startVerification(page);
  await expect(page.getByText(/Your policy file already has this bundle’s checkpoint/)).toBeVisible();
  await verifyFile(page, inFolder("older.zip"));
  await expect(
    page.getByRole("heading", { name: "This bundle ends before the checkpoint you kept" }),
  ).toBeVisible();
  await expect(page.getByText("It may be an older export. A log that was cut looks the same.")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await pictures(page, "verify-older");
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("a bundle that another program packed again is refused, and a changed entry is named by its number @deep", async ({
  browser,
}) => {
  await answerAndBundle();
  const { page, faults } = await signedIn(browser, "auditor-001", DESKTOP);
  const bytes = new Uint8Array(readFileSync(inFolder("bundle.zip")));
  // Python's own zip program, as an auditor may have it.
  execFileSync("python3", [
    "-c",
    `import sys,zipfile
a=zipfile.ZipFile(sys.argv[1]); b=zipfile.ZipFile(sys.argv[2],"w",zipfile.ZIP_STORED)
for n in a.namelist(): b.writestr(n,a.read(n))
b.close()`,
    inFolder("bundle.zip"),
    inFolder("stored.zip"),
  ]);
  writeFileSync(inFolder("changed.zip"), changeBundle(bytes, 40));
  await openVerify(page);
  await verifyFile(page, inFolder("stored.zip"));
  await expect(page.getByText(/This zip was packed again\. Verify the exported file/)).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await verifyFile(page, inFolder("changed.zip"));
  await expect(page.getByRole("heading", { name: "Entry 40 was changed after it was signed" })).toBeVisible();
  await pictures(page, "verify-wrong");
  expect(faults()).toEqual([]);
  await page.context().close();
});
