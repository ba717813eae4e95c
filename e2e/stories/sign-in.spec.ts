import { generateKeyPairSync } from "node:crypto";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { asSuperuser } from "../support/admin";
import { axeFindings } from "../support/axe";
import { dataDir, demo } from "../support/instance";
import { openPage } from "../support/page";
import { accountOf, addPasskey, freshCode, plugInDevice, signIn } from "../support/sign-in";
import { signedIn } from "../support/signed-in";

// Who can sign in and who cannot, by people on the pages. The stories are about different people, since a person has a fresh code only once
// in half a minute.

const at = (path: string): string => new URL(path, demo().base_url).href;
const DESKTOP = { width: 1440, height: 900 };

async function typeIn(page: Page, typed: { email: string; password: string; code: string }): Promise<void> {
  await page.getByLabel("E-mail address").fill(typed.email);
  await page.getByLabel("Password", { exact: true }).fill(typed.password);
  await page.getByLabel("Six-digit code").fill(typed.code);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
}

const refusal = (page: Page) => page.getByText("You are not signed in");

async function isSignedIn(page: Page, name: string): Promise<void> {
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"), { timeout: 60_000 });
  await expect(page.getByText(name).first()).toBeVisible();
}

/** The text is the same if the passkey is unknown, removed or belongs to a person who may not sign in. */
const NOT_THIS_PASSKEY = "This passkey was not accepted. Choose another one, or use password and code.";

async function signOut(page: Page): Promise<void> {
  await page
    .locator("summary")
    .filter({ has: page.getByText("You", { exact: true }) })
    .click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/\/sign-in\?done=signed-out/);
}

/** Opens another browser with the same cookies, as a thief would. */
async function stolen(page: Page): Promise<BrowserContext> {
  const cookies = await page.context().cookies();
  const browser = page.context().browser();
  if (browser === null) throw new Error("no browser");
  const context = await browser.newContext();
  await context.addCookies(cookies);
  return context;
}

async function accountStatus(context: BrowserContext): Promise<number> {
  return (await context.request.get(at("/confidential/account"))).status();
}

test("a demonstration person is filled in, signs in without typing, and a cookie stolen before the sign-out is refused after it", async ({
  browser,
}) => {
  const { page, faults } = await openPage(browser, { viewport: DESKTOP });
  await page.goto(at("/requests"));
  await page.waitForURL(/\/sign-in\?to=/);
  await page.getByRole("button", { name: "Fill in Bernd Huber" }).click();
  await expect(page.getByLabel("E-mail address")).toHaveValue("bernd@revision.example");
  await expect(page.getByLabel("Six-digit code")).toHaveValue(/^\d{3} \d{3}$/);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.waitForURL(at("/requests"));
  await expect(page.getByText("Bernd Huber").first()).toBeVisible();
  const thief = await stolen(page);
  expect(await accountStatus(thief)).toBe(200);
  await signOut(page);
  await expect(page.getByText("You are signed out.")).toBeVisible();
  expect(await accountStatus(thief)).toBe(401);
  const theirs = await thief.newPage();
  await theirs.goto(at("/account/security"));
  await theirs.waitForURL(/\/sign-in/);
  await page.goBack();
  await expect(page.getByText("Bernd Huber", { exact: true })).toHaveCount(1);
  await expect(page).toHaveURL(/\/sign-in/);
  expect(faults()).toEqual([]);
  await thief.close();
});

test("a wrong code, a replayed code and an unknown address are refused alike, and typed text stays", async ({
  browser,
}) => {
  const { page } = await openPage(browser, { viewport: DESKTOP });
  const account = accountOf("client-123");
  const used = await freshCode(account);
  const other = await openPage(browser, {});
  await other.page.goto(at("/sign-in"));
  await typeIn(other.page, { ...account, code: used });
  await isSignedIn(other.page, "Owen Finch");
  await page.goto(at("/sign-in"));
  const texts: (string | null)[] = [];
  for (const typed of [
    { ...account, code: used },
    { ...account, code: "000000" },
    { ...account, email: "unknown@revision.example", code: "123456" },
    { ...account, password: "not this password", code: "123456" },
  ]) {
    await typeIn(page, typed);
    await expect(refusal(page)).toBeVisible();
    texts.push(await page.getByRole("status").filter({ hasText: "You are not signed in" }).textContent());
    await expect(page.getByLabel("E-mail address")).toHaveValue(typed.email);
    await expect(page.getByLabel("Six-digit code")).toHaveValue("");
    await page.reload();
  }
  expect(new Set(texts).size).toBe(1);
  await typeIn(page, { ...account, code: await freshCode(account) });
  await isSignedIn(page, "Owen Finch");
});

test("a passkey is both factors, also as the only one; an unverified user, an unknown and a removed passkey are refused", async ({
  browser,
}) => {
  const { page } = await openPage(browser, { viewport: DESKTOP });
  await signIn(page, "miner-456");
  const device = await addPasskey(page, "blue key");
  await page.getByRole("button", { name: "Remove the authenticator" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Remove the authenticator" }).click();
  await expect(page.getByText("No app is set up.")).toBeVisible();
  await signOut(page);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await isSignedIn(page, "Tomas Novak");
  await signOut(page);

  const account = accountOf("miner-456");
  await typeIn(page, { ...account, code: await freshCode(account) });
  await expect(refusal(page)).toBeVisible();

  await device.setVerified(false);
  await page.reload();
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByText("No passkey responded.")).toBeVisible();
  await device.setVerified(true);

  await page.getByRole("button", { name: "Use a passkey" }).click();
  await isSignedIn(page, "Tomas Novak");
  await page.goto(at("/account/security"));
  await page.getByRole("button", { name: "Remove blue key" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("No passkey yet")).toBeVisible();
  await signOut(page);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(refusal(page)).toBeVisible();
  await expect(page.getByText(NOT_THIS_PASSKEY)).toBeVisible();
});

test("a passkey made elsewhere cannot sign in @deep", async ({ browser }) => {
  const { page } = await openPage(browser, { viewport: DESKTOP });
  await page.goto(at("/sign-in"));
  const { cdp, id } = await plugInDevice(page);
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { format: "der", type: "pkcs8" },
    publicKeyEncoding: { format: "der", type: "spki" },
  });
  const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
  await cdp.send("WebAuthn.addCredential", {
    authenticatorId: id,
    credential: {
      credentialId: base64("an unknown credential"),
      isResidentCredential: true,
      rpId: "localhost",
      privateKey: base64(privateKey),
      userHandle: base64("user-1"),
      signCount: 1,
    },
  });
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(refusal(page)).toBeVisible();
  await expect(page.getByText(NOT_THIS_PASSKEY)).toBeVisible();
  await expect(page.getByText("do not match")).toHaveCount(0);
  expect(await accountStatus(page.context())).toBe(401);
});

test("a recovery code replaces a lost device once, and the owner ends the session it opened", async ({
  browser,
}) => {
  const account = accountOf("regulator-002");
  const { page } = await signedIn(browser, "regulator-002", { viewport: DESKTOP });
  await page.goto(at("/account/security"));
  await page.getByRole("button", { name: "Make recovery codes" }).click();
  const codes = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect(codes).toHaveCount(10);
  const code = (await codes.first().textContent()) ?? "";
  const elsewhere = await openPage(browser, { viewport: DESKTOP });
  const use = async () => {
    await elsewhere.page.goto(at("/sign-in"));
    await elsewhere.page.getByRole("button", { name: "Use a recovery code" }).click();
    await elsewhere.page.getByLabel("E-mail address").fill(account.email);
    await elsewhere.page.getByLabel("Password", { exact: true }).fill(account.password);
    await elsewhere.page.getByLabel("Recovery code").fill(code);
    await elsewhere.page.getByRole("button", { name: "Continue", exact: true }).click();
  };
  await use();
  await isSignedIn(elsewhere.page, "Karl Voss");
  await page.reload();
  await expect(page.getByText("9 codes are left.")).toBeVisible();
  const row = page.getByRole("row", { name: /Recovery code/ });
  await row.getByRole("button", { name: /^End the session/ }).click();
  await expect(row).toHaveCount(0);
  expect(await accountStatus(elsewhere.page.context())).toBe(401);
  await use();
  await expect(refusal(elsewhere.page)).toBeVisible();
});

/** Makes a person's proof 16 minutes old, as if they had waited. */
async function ageProof(email: string): Promise<void> {
  await asSuperuser(dataDir(), async (client) => {
    await client.query("BEGIN");
    await client.query("ALTER TABLE auth_session DISABLE TRIGGER auth_session_complete");
    await client.query(
      `UPDATE auth_session SET proved_at = now() - interval '16 minutes', multi_factor_at = now() - interval '16 minutes'
       WHERE revoked_at IS NULL AND user_id = (SELECT id FROM app_user WHERE email = $1)`,
      [email],
    );
    await client.query("ALTER TABLE auth_session ENABLE ALWAYS TRIGGER auth_session_complete");
    await client.query("COMMIT");
  });
}

test("an old proof opens the step-up dialog, which refuses a wrong code and then continues the act", async ({
  browser,
}) => {
  const account = accountOf("regulator-002");
  const { page, faults } = await signedIn(browser, "regulator-002", { viewport: DESKTOP });
  await page.goto(at("/account/security"));
  await ageProof(account.email);
  await page.getByRole("button", { name: "Make new recovery codes" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Make new recovery codes" }).click();
  const dialog = page.getByRole("dialog", { name: "Confirm your identity" });
  await expect(dialog).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await dialog.getByLabel("Six-digit code").fill("000000");
  await dialog.getByRole("button", { name: "Continue", exact: true }).click();
  await expect(dialog.getByText("This was not accepted")).toBeVisible();
  await dialog.getByLabel("Six-digit code").fill(await freshCode(account));
  await dialog.getByRole("button", { name: "Continue", exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem")).toHaveCount(10);
  expect(faults().filter((fault) => !fault.includes("401"))).toEqual([]);
});

test("the sign-in page and the account page pass axe, in both themes and at 320 pixels @deep", async ({
  browser,
}) => {
  // One person for each, so that no test waits for the next code.
  const persons = ["auditor-002", "client-123", "miner-456", "miner-789"];
  for (const colorScheme of ["light", "dark"] as const) {
    for (const viewport of [DESKTOP, { width: 320, height: 700 }]) {
      const { page, faults } = await openPage(browser, { colorScheme, viewport });
      await page.goto(at("/sign-in"));
      await page.getByText("Lost your device?").click();
      expect(await axeFindings(page)).toEqual([]);
      await signIn(page, persons.pop() ?? "");
      await page.goto(at("/account/security"));
      await expect(page.getByRole("heading", { name: "Where you are signed in" })).toBeVisible();
      expect(await axeFindings(page)).toEqual([]);
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(over).toBe(0);
      expect(faults()).toEqual([]);
    }
  }
});

test("signing in works by keyboard alone", async ({ browser }) => {
  const { page } = await openPage(browser, { viewport: DESKTOP });
  const account = accountOf("miner-789");
  await page.goto(at("/sign-in"));
  await page.getByLabel("E-mail address").focus();
  await page.keyboard.type(account.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(account.password);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type(await freshCode(account));
  await page.keyboard.press("Enter");
  await isSignedIn(page, "Mara Keller");
});

test("the tour's buttons fill in the person to sign in, also while another person is signed in @deep", async ({
  browser,
}) => {
  const { page, faults } = await openPage(browser, { viewport: DESKTOP });
  await page.goto(at("/tour"));
  await page.getByRole("link", { name: "Sign in as Ruth Adler" }).first().click();
  await expect(page.getByLabel("E-mail address")).toHaveValue(accountOf("regulator-001").email);
  await signIn(page, "client-123");
  await page.goto(at("/tour"));
  await page.getByRole("link", { name: "Sign in as Lena Hartmann" }).click();
  await expect(page.getByText("You are signed in as Owen Finch.", { exact: false })).toBeVisible();
  const lena = accountOf("coordinator-001:legal");
  await expect(page.getByLabel("E-mail address")).toHaveValue(lena.email);
  expect(await axeFindings(page)).toEqual([]);
  await page.getByLabel("Six-digit code").fill(await freshCode(lena));
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await isSignedIn(page, "Lena Hartmann");
  // For the person who is signed in, the page only offers to continue.
  await page.goto(at("/sign-in?as=coordinator-001:legal&to=/grants"));
  await expect(page.getByRole("heading", { level: 1, name: "Grants" })).toBeVisible();
  expect(faults()).toEqual([]);
});

test("the find box accepts typing at once, and a grant by its number leads to its request @deep", async ({
  browser,
}) => {
  const { page } = await signedIn(browser, "regulator-001", { viewport: DESKTOP });
  const filed = page.getByRole("link", { name: /^AR-\d{4}-\d{8}$/ }).first();
  await page.goto(at("/requests?view=all"));
  const number = ((await filed.textContent()) ?? "").slice("AR-".length);
  await page.goto(at("/"));
  // Shortcut keys work once the page's script has loaded.
  await expect(async () => {
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("dialog").getByRole("combobox")).toBeFocused({ timeout: 2_000 });
  }).toPass();
  await page.keyboard.type(`GR-${number}`);
  await page.getByRole("option", { name: new RegExp(`^Request AR-${number}`) }).click();
  await page.waitForURL(/\/requests\/[0-9a-f-]{36}/);
  await expect(page.getByRole("navigation", { name: "Where you are" })).toContainText(`AR-${number}`);
});
