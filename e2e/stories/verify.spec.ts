import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { changeBundle } from "@/lib/audit/bundle-verifier/change-bundle";
import { axeFindings } from "../support/axe";
import { countSteps } from "../support/count-steps";
import { deepUnless } from "../support/deep";
import { openPage, visit } from "../support/page";
import { accountOf } from "../support/sign-in";
import { signedIn } from "../support/signed-in";
import { at, choose, openVerify, policyOnPage, verifyFile } from "../support/verify-page";

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const folder = mkdtempSync(path.join(tmpdir(), "sealport-e2e-verify-"));
const inFolder = (name: string) => path.join(folder, name);

/** Saves a bundle, and the portal's own keys as a policy file, from the pages. */
async function takeFiles(page: Page): Promise<{ bundle: string; policy: string }> {
  writeFileSync(inFolder("policy.json"), await policyOnPage(page));
  await visit(page, at("/audit/exports?format=bundle&ready=1"));
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator('a[href="/confidential/audit/export?format=bundle"]').click(),
  ]);
  await download.saveAs(inFolder("bundle.zip"));
  return { bundle: inFolder("bundle.zip"), policy: inFolder("policy.json") };
}

for (const person of ["auditor-001", "regulator-001"]) {
  test(`${person} verifies a bundle in the browser, with and without a policy file, and no data leaves it${deepUnless(person, "auditor-001")}`, async ({
    browser,
  }) => {
    const { page, faults } = await signedIn(browser, person, DESKTOP);
    const { bundle, policy } = await takeFiles(page);
    await openVerify(page);
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.method() !== "GET") asked.push(request.url());
    });
    await verifyFile(page, bundle);
    await expect(page.getByRole("heading", { name: "The bundle is consistent" })).toBeVisible();
    await expect(page.getByText(/All [\d,]+ entries match the keys inside the bundle/)).toBeVisible();
    await choose(page, "policy", policy);
    await page.getByRole("button", { name: "Check the file" }).click();
    await expect(
      page.getByRole("heading", { name: /^All [\d,]+ entries are verified under your policy$/ }),
    ).toBeVisible();
    await expect(page.getByRole("button", { name: "Print result" })).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    expect(asked).toEqual([]);
    expect(faults()).toEqual([]);
    await page.context().close();
  });
}

test("a visitor without an account verifies a bundle under the published keys, and a changed one fails", async ({
  browser,
}) => {
  const auditor = await signedIn(browser, "auditor-001", DESKTOP);
  const { bundle } = await takeFiles(auditor.page);
  await auditor.page.context().close();
  writeFileSync(inFolder("altered.zip"), changeBundle(new Uint8Array(readFileSync(bundle)), 20));
  const { page, faults } = await openPage(browser, DESKTOP);
  await visit(page, at("/"));
  const steps = await countSteps(page);
  const began = Date.now();
  await page.getByRole("link", { name: "Check a bundle" }).last().click();
  await expect(page.getByRole("heading", { level: 1, name: "Check a bundle" })).toBeVisible();
  await page.waitForLoadState("networkidle");
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.method() !== "GET") asked.push(request.url());
  });
  await verifyFile(page, bundle);
  await expect(
    page.getByRole("heading", { name: /^All [\d,]+ entries are verified under the keys of this portal$/ }),
  ).toBeVisible();
  // The way to the page, the file, and the check: the result is there within 30 seconds.
  expect([await steps(), Date.now() - began < 30_000]).toEqual([3, true]);
  await expect(page.getByText("published by this portal", { exact: true })).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await verifyFile(page, inFolder("altered.zip"));
  await expect(page.getByRole("heading", { name: /^Changed at entry 20$|changed/i }).first()).toBeVisible();
  expect(asked).toEqual([]);
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("a changed entry is named between its neighbours, at every width and in both languages @deep", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "auditor-001", DESKTOP);
  const { bundle } = await takeFiles(page);
  writeFileSync(inFolder("changed.zip"), changeBundle(new Uint8Array(readFileSync(bundle)), 40));
  await openVerify(page);
  await verifyFile(page, inFolder("changed.zip"));
  await expect(page.getByRole("heading", { name: "Entry 40 was changed after it was signed" })).toBeVisible();
  const nearby = page.getByRole("table", { name: "The entry and its neighbours" });
  await expect(nearby.getByRole("row")).toHaveCount(4);
  await expect(nearby.getByRole("row").nth(2)).toContainText("First fault");
  await expect(
    page.getByText("but the signatures do not. The entry was changed together with the list."),
  ).toBeVisible();
  await expect(page.getByText(/^Signed root of [\d,]+ entries/)).toBeVisible();
  await expect(page.getByRole("heading", { name: "Certain", exact: true })).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1440, height: 900 });
  expect(faults()).toEqual([]);
  await page.context().close();
  const german = await signedIn(browser, "auditor-001", { ...DESKTOP, locale: "de-DE" });
  await visit(german.page, at("/audit/verify"));
  const [chooser] = await Promise.all([
    german.page.waitForEvent("filechooser"),
    german.page.getByRole("button", { name: "Datei wählen" }).first().click(),
  ]);
  await chooser.setFiles(inFolder("changed.zip"));
  await german.page.getByRole("button", { name: "Datei prüfen" }).click();
  const named = german.page.getByRole("heading", { name: "Eintrag 40 wurde nach dem Signieren geändert" });
  await expect(named).toBeVisible();
  expect(german.faults()).toEqual([]);
  await german.page.context().close();
});

test("if only a cosignature is missing, both headline lines say so, in both languages @deep", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "auditor-001", DESKTOP);
  const { bundle, policy } = await takeFiles(page);
  // More witnesses than exist: the checkpoint has one of the two cosignatures that the policy asks for.
  const strict = { ...JSON.parse(readFileSync(policy, "utf8")), quorum: 2 };
  writeFileSync(inFolder("strict.json"), JSON.stringify(strict));
  for (const [locale, words] of [
    [
      "en",
      {
        choose: /^Choose/,
        start: "Check the file",
        first: "Verification failed",
        second: "No change was found, but something is missing: ",
      },
    ],
    [
      "de-DE",
      {
        choose: /^(Datei|Andere) wählen/,
        start: "Datei prüfen",
        first: "Prüfung nicht bestanden",
        second: "Es wurde keine Änderung gefunden, aber Folgendes fehlt: ",
      },
    ],
  ] as const) {
    const reader = await signedIn(browser, "auditor-001", { ...DESKTOP, locale });
    await visit(reader.page, at("/audit/verify"));
    for (const [which, file] of [bundle, inFolder("strict.json")].entries()) {
      const [chooser] = await Promise.all([
        reader.page.waitForEvent("filechooser"),
        reader.page.getByRole("button", { name: words.choose }).nth(which).click(),
      ]);
      await chooser.setFiles(file);
      await expect(reader.page.getByText(path.basename(file), { exact: true }), `${which}`).toBeVisible();
    }
    await reader.page.getByRole("button", { name: words.start }).click();
    await expect(reader.page.getByRole("heading", { name: words.first, exact: true })).toBeVisible();
    await expect(reader.page.getByText(words.second)).toContainText("by trusted witnesses (2 required)");
    expect(await axeFindings(reader.page)).toEqual([]);
    expect(reader.faults()).toEqual([]);
    await reader.page.context().close();
  }
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("an invalid bundle, a bundle cut short and an invalid policy are each refused by name @deep", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "auditor-001", DESKTOP);
  const { bundle } = await takeFiles(page);
  const bytes = readFileSync(bundle);
  writeFileSync(inFolder("short.zip"), bytes.subarray(0, bytes.length - 100));
  writeFileSync(inFolder("note.zip"), "not a bundle\n");
  writeFileSync(inFolder("empty.zip"), "");
  writeFileSync(inFolder("none.json"), '{"log":[]}');
  await openVerify(page);
  for (const name of ["short.zip", "note.zip", "empty.zip"]) {
    await verifyFile(page, inFolder(name));
    await expect(
      page.getByRole("heading", { name: "This file is not a bundle, or is damaged" }),
    ).toBeVisible();
  }
  await choose(page, "policy", inFolder("none.json"));
  await page.getByRole("button", { name: "Check the file" }).click();
  await expect(page.getByText("This is not a policy file")).toBeVisible();
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("a verification can be stopped, and the page responds all the while @deep", async ({ browser }) => {
  const { page, faults } = await signedIn(browser, "auditor-001", DESKTOP);
  const { bundle } = await takeFiles(page);
  await openVerify(page);
  // A worker that never gets an answer takes the place of a file of many gigabytes.
  await page.evaluate(() => {
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function held() {};
    Reflect.set(window, "releaseWorkers", () => {
      Worker.prototype.postMessage = post;
    });
  });
  await verifyFile(page, bundle);
  await expect(page.getByRole("progressbar")).toBeVisible();
  await page.getByRole("button", { name: "Stop" }).click();
  // The whole region, so that a failure shows the actual text.
  await expect(page.getByRole("main")).toContainText("There is no result.");
  await page.evaluate(() => Reflect.get(window, "releaseWorkers")());
  await page.getByRole("button", { name: "Check the file" }).click();
  await expect(page.getByRole("heading", { name: "The bundle is consistent" })).toBeVisible();
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("a verification stopped while its worker's script is loading stays stopped @deep", async ({
  browser,
}) => {
  const { page } = await signedIn(browser, "auditor-001", DESKTOP);
  const { bundle } = await takeFiles(page);
  await openVerify(page);
  // The worker's script is requested, and fails only after the reader has pressed Stop.
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const asked = page.context().waitForEvent("request", (request) => request.url().includes("/_next/static/"));
  await page.context().route("**/_next/static/**", async (route) => {
    await held;
    await route.abort().catch(() => undefined);
  });
  await verifyFile(page, bundle);
  await asked;
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("There is no result.")).toBeVisible();
  release();
  await page.context().unroute("**/_next/static/**");
  await expect(page.getByText("There is no result.")).toBeVisible();
  await page.getByRole("button", { name: "Check the file" }).click();
  await expect(page.getByRole("heading", { name: "The bundle is consistent" })).toBeVisible();
  await page.context().close();
});

test("the log is exported and verified with one press, and the worker verifies it on request", async ({
  browser,
}) => {
  const { page, faults } = await signedIn(browser, "auditor-001", DESKTOP);
  await openVerify(page);
  await page.getByRole("button", { name: "Export and verify the log now" }).click();
  await expect(page.getByRole("heading", { name: "The bundle is consistent" })).toBeVisible();
  await page.getByRole("button", { name: "Verify now" }).click();
  const runs = page.getByRole("table", { name: "By the worker" });
  const newest = runs.getByRole("row").nth(1);
  await expect(newest).toContainText("Anke Lorenz");
  await expect(newest).toContainText("No faults", { timeout: 60_000 });
  await expect(newest).toContainText(/[\d,]+ entries in all/);
  expect(faults()).toEqual([]);
  await page.context().close();
});

test("a participant is refused the page and the calls behind it @deep", async ({ browser, request }) => {
  for (const person of ["client-456", "miner-789"]) {
    const { page } = await signedIn(browser, person, DESKTOP);
    await visit(page, at("/audit/verify"));
    await expect(page.getByRole("main")).toBeVisible();
    await expect(page.getByRole("button", { name: "Check the file" })).toHaveCount(0);
    await page.context().close();
    const headers = { authorization: `Bearer ${accountOf(person).api_key}` };
    for (const method of ["GET", "POST"]) {
      const answer = await request.fetch(at("/confidential/audit/verifications"), { method, headers });
      expect(answer.status()).toBe(403);
    }
  }
});
