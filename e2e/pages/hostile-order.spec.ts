import { type Browser, expect, test } from "@playwright/test";
import { type Caller, people } from "../support/api";
import { day } from "../support/filing";
import {
  type HiddenFacts,
  imageOf,
  orderOfMillionPages,
  orderOfPages,
  orderWithHiddenFacts,
  orderWithImage,
} from "../support/hostile-orders";
import { demo } from "../support/instance";
import { signedIn } from "../support/signed-in";
import { canaries, submitTransaction, text } from "../support/steps";

// An officer, or the author of the file, sends an order that would deceive the decider's browser.

const LEGAL = "coordinator-001:legal";
const FACTS = {
  issuer: "Market Supervision Office",
  case_number: "MSO 7-4411/26",
  valid_from: day(-1),
  valid_until: day(24),
};

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
});

async function file(who: Caller, document: Buffer, kind: "pdf" | "png" = "pdf"): Promise<string> {
  const transaction = await submitTransaction(people(demo()).client456, canaries());
  const created = await who.post("/confidential/access/requests", {
    purpose: "audit",
    justification: "Examination of the settlement",
    transactions: [transaction],
    fields: ["amount"],
  });
  const id = text(created, "id");
  const form = new FormData();
  const type = kind === "pdf" ? "application/pdf" : "image/png";
  form.set("facts", JSON.stringify({ ...FACTS, kind: "statutory_demand", jurisdiction: "DE" }));
  form.set("document", new File([new Uint8Array(document)], `order.${kind}`, { type }));
  const path = `/confidential/access/requests/${id}`;
  const attached = await who.send(`${path}/authorizations`, { method: "POST", body: form });
  expect(attached.status, attached.text).toBe(201);
  const submitted = await who.post(`${path}/submit`);
  expect(submitted.status, submitted.text).toBe(200);
  return id;
}

async function openFor(browser: Browser, document: Buffer, kind?: "pdf" | "png") {
  const id = await file(people(demo()).regulator, document, kind);
  // The page is marked once its reader has typed the facts.
  const read = await people(demo()).legal.post(`/confidential/access/requests/${id}/readings`, FACTS);
  expect(read.status, read.text).toBe(201);
  const watched = await signedIn(browser, LEGAL);
  await watched.page.goto(new URL(`/requests/${id}`, demo().base_url).href);
  return watched;
}

test("facts that are only in the file’s text are not marked as found, and the page says so", async ({
  browser,
}) => {
  const hidden: HiddenFacts = {
    shown: FACTS.issuer,
    unpainted: `Case ${FACTS.case_number}`,
    white: `of ${FACTS.valid_from}`,
    offPage: `valid until ${FACTS.valid_until}`,
  };
  const { page, faults } = await openFor(browser, orderWithHiddenFacts(hidden));
  const sheet = page.getByRole("img", { name: "Page 1 of 1 of the order" });
  await expect(sheet).toBeVisible();
  await expect(
    page.getByText(
      "In the file’s text but not visible on the page: Case number, Valid from. Rely on what the page shows",
      {
        exact: false,
      },
    ),
  ).toBeVisible();
  // pdf.js leaves text outside the page area out of the page's text too.
  await expect(
    page.getByText("Not found in the text layer of the first page: Valid until.", { exact: false }),
  ).toBeVisible();
  await expect(page.getByText("Marks come from the file’s text layer", { exact: false })).toBeVisible();
  const marks = sheet.locator("xpath=following-sibling::span");
  await expect(marks).toHaveText(["1"]);
  expect(faults()).toEqual([]);
});

test("an impossible number of pages is reported and not drawn @deep", async ({ browser }) => {
  const { page } = await openFor(browser, orderOfMillionPages());
  await expect(page.getByText("The file has 100,000,002 pages.", { exact: false })).toBeVisible();
  await expect(page.getByRole("button", { name: /Open all/ })).toHaveCount(0);
});

test("pages are listed in portions, and drawn while they are in sight @deep", async ({ browser }) => {
  const { page } = await openFor(browser, orderOfPages(120));
  await page.getByRole("button", { name: "Open all 120 pages" }).click();
  const sheets = page.getByRole("dialog").getByRole("img", { name: /^Page \d+ of 120/ });
  await expect(sheets).toHaveCount(50);
  const drawn = () =>
    sheets.evaluateAll(
      (all) => all.filter((one) => one instanceof HTMLCanvasElement && one.style.aspectRatio !== "").length,
    );
  await expect.poll(drawn).toBeGreaterThan(0);
  expect(await drawn()).toBeLessThan(20);
  await page.getByRole("button", { name: "Show 50 of 70 more pages" }).click();
  await expect(sheets).toHaveCount(100);
  const last = sheets.last();
  await last.scrollIntoViewIfNeeded();
  await expect
    .poll(() => last.evaluate((one) => one instanceof HTMLCanvasElement && one.width > 100))
    .toBe(true);
  // Pages out of sight are released.
  await expect
    .poll(() => sheets.first().evaluate((one) => one instanceof HTMLCanvasElement && one.width))
    .toBe(1);
});

test("an image too large for any browser is left out, in a PDF and alone, and the page says so @deep", async ({
  browser,
}) => {
  const { page } = await openFor(browser, orderWithImage(30_000));
  await expect(
    page.getByText("This page has an image larger than 36 million pixels", { exact: false }),
  ).toBeVisible();
  await expect(page.getByRole("img", { name: "Page 1 of 1 of the order" })).toBeVisible();
  await page.context().close();
  const alone = await openFor(browser, imageOf(30_000), "png");
  await expect(
    alone.page.getByText("Images over 36 million pixels, or of unreadable size", { exact: false }),
  ).toBeVisible();
  await expect(alone.page.getByRole("img", { name: "The order as an image" })).toHaveCount(0);
  await alone.page.context().close();
  const fit = await openFor(browser, orderWithImage(3_000));
  await expect(fit.page.getByRole("img", { name: "Page 1 of 1 of the order" })).toBeVisible();
  await expect(
    fit.page.getByText("Not found in the text layer of the first page", { exact: false }),
  ).toBeVisible();
  await expect(fit.page.getByText("not displayed", { exact: false })).toHaveCount(0);
});
