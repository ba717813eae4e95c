import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { deepUnless } from "../support/deep";
import { baseUrl as address, dataDir } from "../support/instance";
import { startLonePortal } from "../support/lone-portal";
import { openPage, visit } from "../support/page";
import { signedIn } from "../support/signed-in";

const DESKTOP = { width: 1440, height: 900 };

const state = (page: Page) => page.getByRole("region", { name: "State of this instance" });

async function paperOf(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}

for (const [colorScheme, paper] of [
  ["light", "rgb(251, 252, 250)"],
  ["dark", "rgb(16, 21, 19)"],
] as const) {
  test(`the front and status pages say what runs, in the ${colorScheme} theme, without a policy violation${deepUnless(colorScheme, "light")}`, async ({
    browser,
  }) => {
    const { page, faults } = await openPage(browser, { colorScheme, viewport: DESKTOP });
    const response = await visit(page, address());
    expect(response?.status()).toBe(200);
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Sealed for the parties.");
    // Next adds a style attribute by script after loading. The HTML that we serve has none.
    expect(await response?.text()).not.toMatch(/<[^>]+ style=/);
    await visit(page, new URL("/status", address()).href);
    await expect(page.getByRole("complementary", { name: "Evaluation" })).toContainText(
      "assurance: evaluation",
    );
    for (const part of ["Portal", "Database", "Worker", "Checkpoint signer", "Escrow custodian", "Witness"])
      await expect(state(page).getByRole("row", { name: part }).first()).toContainText("Answers");
    await expect(state(page)).toContainText("own only");
    await expect(
      state(page)
        .getByText(/, \d\d:\d\d:\d\d CET/)
        .first(),
    ).toBeVisible();
    await expect(page.getByRole("contentinfo")).toContainText(/Log: [\d,]+ entries, last signature .* CET/);
    expect(await paperOf(page)).toBe(paper);
    expect(faults()).toEqual([]);
  });
}

test("every script carries the nonce of its own answer, and no two answers share one", async ({
  request,
}) => {
  const nonces = await Promise.all(
    ["/", "/nothing/here"].map(async (path) => {
      const response = await request.get(new URL(path, address()).href);
      const html = await response.text();
      const nonce =
        /'nonce-([^']+)'/.exec(response.headers()["content-security-policy"] ?? "")?.[1] ?? "none";
      const scripts = html.match(/<script[^>]*>/g) ?? [];
      expect(scripts.length).toBeGreaterThan(0);
      expect(scripts.filter((tag) => !tag.includes(`nonce="${nonce}"`))).toEqual([]);
      return nonce;
    }),
  );
  expect(new Set(nonces).size).toBe(2);
});

for (const odd of [
  "/favicon.icoX",
  "/favicon.ico/a",
  "/_next/staticX",
  "/_next/imagefoo",
  "/_next/static/none",
]) {
  test(`${odd} is answered with a policy, and cannot be framed`, async ({ request }) => {
    const response = await request.get(new URL(odd, address()).href);
    expect(response.status()).toBe(404);
    const headers = response.headers();
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["x-frame-options"]).toBe("DENY");
  });
}

test("the image optimiser's address does not exist and writes no file", async ({ request }) => {
  const asked = `/_next/image?url=${encodeURIComponent('/confidential/x\n{"msg":"FORGED"}')}&w=64&q=75`;
  expect((await request.get(new URL(asked, address()).href)).status()).toBe(404);
  expect(readFileSync(path.join(dataDir(), "logs", "portal.log"), "utf8")).not.toContain("FORGED");
});

test("a page of another port that frames or fetches a page gets no signed-in session", async ({
  browser,
}) => {
  const { page } = await signedIn(browser, "client-456");
  const visit = (dest: string, mode: string) =>
    page.request.get(new URL("/transactions", address()).href, {
      maxRedirects: 0,
      headers: { "sec-fetch-site": "same-site", "sec-fetch-dest": dest, "sec-fetch-mode": mode },
    });
  for (const [dest, mode] of [
    ["image", "no-cors"],
    ["iframe", "navigate"],
    ["empty", "cors"],
  ] as const) {
    const refused = await visit(dest, mode);
    expect(refused.status(), dest).toBe(307);
    expect(refused.headers().location).toContain("/sign-in");
  }
  expect((await visit("document", "navigate")).status()).toBe(200);
});

for (const path of ["/", "/status", "/trust", "/tour", "/help"]) {
  for (const width of [320, 390, 719]) {
    test(`${path} is one column that does not scroll sideways at ${width} pixels @deep`, async ({
      browser,
    }) => {
      const { page, faults } = await openPage(browser, { viewport: { width, height: 844 }, hasTouch: true });
      await visit(page, new URL(path, address()).href);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      const controls = page.locator("a:visible, button:visible");
      for (const box of await Promise.all((await controls.all()).map((control) => control.boundingBox())))
        if (box !== null && box.width > 1) expect(box.height).toBeGreaterThanOrEqual(20);
      expect(faults()).toEqual([]);
      await page.context().close();
    });
  }
}

test("the keyboard reaches every control, and each shows its focus", async ({ browser }) => {
  const { page } = await openPage(browser, { viewport: DESKTOP });
  await visit(page, address());
  const focused = () =>
    page.evaluate(() => {
      const active = document.activeElement;
      if (active === null || active === document.body) return undefined;
      return { name: active.textContent?.trim() ?? "", outline: getComputedStyle(active).outlineWidth };
    });
  await page.keyboard.press("Tab");
  expect(await focused()).toEqual({ name: "Skip to the content", outline: "2px" });
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
  const seen: string[] = [];
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press("Tab");
    const now = await focused();
    if (now === undefined) break;
    expect(now.outline, now.name).toBe("2px");
    seen.push(now.name);
  }
  for (const name of [
    "Sign in",
    "Take the 10-minute tour",
    "Check a bundle",
    "Who runs each part",
    "Readiness",
  ])
    expect(seen).toContain(name);
});

test("every link leads to an existing page @deep", async ({ browser, request }) => {
  const { page } = await openPage(browser, { viewport: DESKTOP });
  const targets = new Set<string>();
  for (const path of ["/", "/status", "/trust", "/tour", "/help", "/sign-in"]) {
    await page.goto(new URL(path, address()).href);
    const links = await page
      .locator("a[href]")
      .evaluateAll((all) => all.map((link) => (link instanceof HTMLAnchorElement ? link.href : "")));
    for (const link of links) targets.add(link);
  }
  for (const target of targets) {
    const url = new URL(target);
    expect(url.origin).toBe(new URL(page.url()).origin);
    // Pages for signed-in people lead to the sign-in page, which answers 200.
    expect((await request.get(url.href)).status(), target).toBe(200);
  }
  await page.goto(new URL("/help#verify", address()).href);
  await expect(page.locator("#verify")).toBeVisible();
});

test("the first call is copied whole @deep", async ({ browser }) => {
  const { page } = await openPage(browser, {
    viewport: DESKTOP,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await visit(page, new URL("/help", address()).href);
  const programs = page.getByRole("region", { name: "For programs" });
  await programs.getByRole("button", { name: "Copy" }).click();
  await expect(programs.getByText("Copied")).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(
    `curl -sS -H "Authorization: Bearer $KEY" \\\n  ${address().replace(/\/$/, "")}/confidential/status`,
  );
});

test("the pages speak German to a German browser, and keep what the reader chose", async ({ browser }) => {
  const { page } = await openPage(browser, { viewport: DESKTOP, locale: "de-DE" });
  await page.goto(address());
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Versiegelt für die Parteien.");
  await page.context().addCookies([{ name: "language", value: "en", url: address() }]);
  await page.goto(address());
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Sealed for the parties.");
});

test("a chosen theme overrides the system's @deep", async ({ browser }) => {
  const { page } = await openPage(browser, { viewport: DESKTOP, colorScheme: "light" });
  await page.context().addCookies([{ name: "theme", value: "dark", url: address() }]);
  await page.goto(address());
  expect(await paperOf(page)).toBe("rgb(16, 21, 19)");
});

test("an unknown address answers 404 with a page, its request id and a way back", async ({ browser }) => {
  const { page, faults } = await openPage(browser, { viewport: DESKTOP });
  const response = await visit(page, new URL("/nothing/here", address()).href);
  expect(response?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Page not found");
  await expect(page.getByText(response?.headers()["x-request-id"] ?? "no request id")).toBeVisible();
  // The browser itself logs the 404 of the document.
  expect(faults().filter((fault) => !fault.includes("404"))).toEqual([]);
  await page.getByRole("link", { name: "Go to the start page" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Sealed for the parties.");
});

test("the status page shows that the database and all other processes are missing, and then that the portal has stopped", async ({
  browser,
}) => {
  const portal = await startLonePortal(dataDir());
  try {
    const { page, faults } = await openPage(browser, { viewport: DESKTOP });
    const response = await visit(page, new URL("/status", portal.baseUrl).href);
    expect(response?.status()).toBe(200);
    await expect(page.getByText("The database does not respond.")).toBeVisible();
    await expect(state(page).getByRole("row", { name: "Escrow custodian" })).toContainText(
      "Does not respond",
    );
    await expect(page.getByRole("contentinfo")).toContainText(
      "not known while the database does not respond",
    );
    expect(await page.content()).not.toContain("127.0.0.1:1/");
    expect(faults()).toEqual([]);
    await portal.end();
    await expect(page.getByText("The portal has not responded since")).toBeVisible({ timeout: 60_000 });
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("State of this instance");
  } finally {
    await portal.end();
  }
});
