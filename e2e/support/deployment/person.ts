import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Browser, chromium, expect, type Locator, type Page } from "@playwright/test";
import { findBrowser } from "@/lib/testing/instance/browser";
import { type Caller, callerBy } from "../api";
import { plugInDevice } from "../sign-in";
import { spokenGroups } from "../statements";
import { fetchBy } from "./calls";
import type { Deployment } from "./deployment";

/** Starts a browser that takes the proxy's certificate as one of an authority that it knows. Passkeys work on no other page. */
export function startBrowser({ site }: Pick<Deployment, "site">): Promise<Browser> {
  const { publicKey } = new X509Certificate(readFileSync(site.certificate));
  const spki = createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64");
  const args = [`--ignore-certificate-errors-spki-list=${spki}`];
  return chromium.launch({ executablePath: findBrowser(), args });
}

/** A person at their own browser, with a device for passkeys, and a program that calls the API in their session. */
export interface Person extends Caller {
  readonly page: Page;
  /** Every complaint of the browser. */
  readonly faults: readonly string[];
  open(path: string): Promise<void>;
  dialog(): Locator;
}

/** Opens a browser of a person who is not signed in. */
export async function arrive(browser: Browser, { origin, outside }: Deployment): Promise<Person> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await plugInDevice(page);
  const faults: string[] = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`${message.text()} ${message.location().url}`);
  });
  const session = async () => {
    const cookies = (await context.cookies(origin)).map(({ name, value }) => `${name}=${value}`);
    return { cookie: cookies.join("; "), origin, "sec-fetch-site": "same-origin" };
  };
  const fetch = fetchBy({ ca: readFileSync(outside.certificate), headers: session });
  return {
    ...callerBy((url, init) => fetch(new URL(url, origin), init)),
    page,
    faults,
    open: async (path) => {
      await page.goto(new URL(path, origin).href);
    },
    dialog: () => page.getByRole("dialog"),
  };
}

/** Makes the passkey on the page of a link, which signs the person in. */
export async function makePasskey({ page }: Person): Promise<void> {
  await page.getByLabel("Name of this passkey").fill("work laptop");
  await page.getByRole("button", { name: "Create passkey and sign in" }).click();
}

/** Opens the link of an invitation, makes a passkey and is signed in. */
export async function accept(browser: Browser, site: Deployment, link: string): Promise<Person> {
  const person = await arrive(browser, site);
  await person.page.goto(link);
  await makePasskey(person);
  await expect(person.page.getByRole("heading", { name: "Where you are signed in" })).toBeVisible();
  return person;
}

/** Returns the groups of a person's passkey, as they read them aloud from their account's page. */
export async function groupsOf(person: Person): Promise<string> {
  await person.open("/account/security");
  return spokenGroups(person.page.getByRole("region", { name: "Signing decisions and openings" }));
}

/** Types the four facts of an order on the page of a request, gives a reason and signs the approval with a passkey. */
export async function signApproval(
  person: Person,
  requestId: string,
  facts: Readonly<Record<string, string>>,
): Promise<void> {
  const { page } = person;
  await person.open(`/requests/${requestId}`);
  await page.getByLabel("1 Issuer").fill(facts.issuer ?? "");
  await page.getByLabel("2 Case number").fill(facts.case_number ?? "");
  await page.getByLabel("3 Valid from").fill(facts.valid_from ?? "");
  await page.getByLabel("4 Valid until").fill(facts.valid_until ?? "");
  await page.getByLabel("4 Valid until").press("Tab");
  await page.getByLabel("Reason, seen by the requester").fill("Read and compared.");
  await page.getByRole("button", { name: "Approve as requested" }).click();
  const dialog = page.getByRole("dialog", { name: /^Approve AR-/ });
  await dialog.getByRole("button", { name: "Sign and approve" }).click();
  await expect(dialog.getByText("Approved", { exact: true }).first()).toBeVisible();
}

/** Signs the version of the roster that waits, on the page Roster. */
export async function signVersion(person: Person): Promise<void> {
  await person.open("/roster");
  await person.page.getByRole("button", { name: "Sign with your passkey" }).click();
  await person.dialog().getByRole("button", { name: "Sign with your passkey" }).click();
  await expect(person.dialog()).toHaveCount(0);
}

/** Signs on the page Roster what a recovery of the log asks for, and returns what the saved file has. */
export async function signRecovery(person: Person, wanted: object) {
  const { page } = person;
  await person.open("/roster");
  await page.getByText("Sign a statement after a restore").click();
  await page.getByLabel("Statement").fill(JSON.stringify(wanted));
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Sign the statement with your passkey" }).click();
  return JSON.parse(readFileSync(await (await saved).path(), "utf8"));
}

/** Signs in with the passkey of the person's device. */
export async function signInWithPasskey(person: Person): Promise<void> {
  await person.open("/sign-in");
  await person.page.getByRole("button", { name: "Use a passkey" }).click();
  await person.page.waitForURL((url) => url.pathname === "/");
}

/** Adds a passkey on the account's page, as a person does who signs in elsewhere. */
export async function addPasskey(person: Person): Promise<void> {
  await person.open("/account/security");
  await person.page.getByRole("button", { name: "Add a passkey" }).click();
  await person.page.getByLabel("Name of this passkey").fill("signing key");
  await person.page.getByRole("button", { name: "Create passkey" }).click();
  await expect(person.page.getByRole("row", { name: "signing key" })).toBeVisible();
}
