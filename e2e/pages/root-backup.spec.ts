import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, type Page, test } from "@playwright/test";
import { dataDir, demo } from "../support/instance";
import { signedIn } from "../support/signed-in";
import { pictures } from "../support/take-pictures";
import { expectWhole } from "../support/whole";

// The backup of the portal's root key as an administrator reads it, from no backup to a tested one.

const run = promisify(execFile);
const at = (address: string) => new URL(address, demo().base_url).href;

async function keys(...args: readonly string[]): Promise<void> {
  const { PATH = "", HOME = "" } = process.env;
  const env = { NODE_ENV: "production" as const, PATH, HOME, DATA_DIR: dataDir() };
  await run("npm", ["run", "--silent", "keys", "--", "backup", ...args], { env });
}

const recordFile = () => path.join(dataDir(), "keys/portal/backup.json");
test.afterAll(() => rmSync(recordFile(), { force: true }));

/** Reloads the page and reads one of its states, also on a small screen. */
async function expectState(page: Page, title: string, name: string): Promise<void> {
  await page.goto(at("/keys"));
  const section = page.getByRole("region", { name: "Backup of the root key" });
  await expect(section.getByText(title)).toBeVisible();
  await expectWhole(page);
  await pictures(page, name);
}

test("a missing, an untested, a tested and an outdated backup each show their status and the next step", async ({
  browser,
}) => {
  const options = { viewport: { width: 1440, height: 900 } };
  const coordinator = await signedIn(browser, "coordinator-001:approve", options);
  const { page, faults } = await signedIn(browser, "coordinator-001:admin", options);
  rmSync(recordFile(), { force: true });
  const main = page.getByRole("main");
  await expectState(page, "The root key has no backup", "backup-none");
  await expect(main).toContainText("backup ceremony --of portal");

  const folder = mkdtempSync(path.join(tmpdir(), "sealport-e2e-shares-"));
  chmodSync(folder, 0o700);
  await keys("ceremony", "--of", "portal", "--threshold", "2", "--shares", "3", "--out", folder);
  await expectState(page, "This backup has not been tested yet", "backup-untried");
  await expect(main).toContainText("any 2 of 3 restore it");
  await expect(main).toContainText("backup drill --of portal FILE FILE");
  await expect(main).not.toContainText("FILE FILE FILE");

  const shares = readdirSync(folder)
    .slice(0, 2)
    .map((file) => path.join(folder, file));
  await keys("drill", "--of", "portal", ...shares);
  await expectState(page, "The backup matches the current root key", "backup-current");
  await expect(main).not.toContainText("backup drill");
  await expect(main).not.toContainText("none yet");

  // What the record says after the root key was replaced.
  writeFileSync(recordFile(), readFileSync(recordFile(), "utf8").replace(/("root": ?"[^"#]*)#1"/, '$1#0"'));
  await expectState(page, "The backup is for an older root key", "backup-older");
  await expect(main).toContainText("backup ceremony --of portal");
  writeFileSync(recordFile(), "rubbish");
  await expectState(page, "The list of backups cannot be read", "backup-unreadable");

  await coordinator.page.goto(at("/keys"));
  await expect(coordinator.page.getByRole("heading", { name: "Escrow epochs" })).toBeVisible();
  await expect(coordinator.page.getByRole("heading", { name: "Backup of the root key" })).toHaveCount(0);
  expect(faults()).toEqual([]);
  rmSync(folder, { recursive: true });
  for (const one of [page, coordinator.page]) await one.context().close();
});
