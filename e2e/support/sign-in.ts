import { type CDPSession, expect, type Page } from "@playwright/test";
import { Secret, TOTP } from "otpauth";
import { z } from "zod";
import { PEOPLE } from "../../lib/seed/people";
import type { Account, Demo } from "./api";
import { demo as ownDemo, baseUrl as ownUrl } from "./instance";

const STEP_MS = 30_000;
/** Newest step used with each secret of an instance, so that no story has to be refused to learn that a code was used. */
const used = new Map<string, number>();

/** Returns the demonstration account of one person, by handle. demo.json lists them in the seed's order. */
export function accountOf(handle: string, demo: Demo = ownDemo()): Account {
  const account = demo.accounts[PEOPLE.findIndex((person) => person.handle === handle)];
  if (account === undefined) throw new Error(`no demonstration person ${handle}`);
  return account;
}

/**
 * Returns a code that was not used yet at this instance, of the current step or later, or of `earliest` steps from it. Waits for one when
 * the window has none left.
 */
export async function freshCode(
  account: Pick<Account, "totp_secret">,
  baseUrl = ownUrl(),
  earliest = 0,
): Promise<string> {
  const secret = account.totp_secret;
  // Copies of one instance share the secrets, but each counts its own used codes.
  const key = `${baseUrl} ${secret}`;
  for (;;) {
    const now = Math.floor(Date.now() / STEP_MS);
    const step = Math.max(now + earliest, (used.get(key) ?? 0) + 1);
    if (step <= now + 1) {
      used.set(key, step);
      return TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: step * STEP_MS });
    }
    // Waits until the window has moved far enough. No event marks that moment.
    await new Promise((resolve) => setTimeout(resolve, (step - 1) * STEP_MS - Date.now() + 50));
  }
}

const Csrf = z.object({ csrf_token: z.string() });

/** Signs in by password and code, through the calls of the sign-in page, and leaves the cookie in the page's context. */
export async function signIn(page: Page, handle: string, demo: Demo = ownDemo()): Promise<Account> {
  const account = accountOf(handle, demo);
  const at = (path: string) => new URL(path, demo.base_url).href;
  for (let attempt = 0; ; attempt += 1) {
    const asked = await page.request.get(at("/api/auth/csrf"));
    if (!asked.ok()) throw new Error(`${handle} cannot sign in: ${asked.status()} ${await asked.text()}`);
    const token = Csrf.parse(await asked.json());
    // The portal accepts the former step's code too. If it becomes too old on its way, the next attempt takes a current one.
    const code = await freshCode(account, demo.base_url, attempt === 0 ? -1 : 0);
    const response = await page.request.post(at("/api/auth/callback/password"), {
      headers: { origin: demo.base_url },
      data: { ...token, email: account.email, password: account.password, code },
    });
    if (response.ok()) return account;
    // Another process may have used this code. Its next one is unused.
    if (attempt === 3)
      throw new Error(`${handle} could not sign in: ${response.status()} ${await response.text()}`);
  }
}

/** A passkey device in the browser itself, which verifies its user without asking. */
export interface VirtualDevice {
  readonly cdp: CDPSession;
  readonly id: string;
  /** Sets whether the next ceremonies verify the user. */
  setVerified(isVerified: boolean): Promise<void>;
  remove(): Promise<void>;
}

/** Plugs a virtual authenticator into a page (Chromium's own, over CDP). */
export async function plugInDevice(page: Page): Promise<VirtualDevice> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId: id } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    cdp,
    id,
    setVerified: async (isUserVerified) => {
      await cdp.send("WebAuthn.setUserVerified", { authenticatorId: id, isUserVerified });
    },
    remove: async () => {
      await cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId: id });
    },
  };
}

/** Registers a passkey on the account page of a signed-in person, with a virtual device that stays plugged in. */
export async function addPasskey(page: Page, label: string, demo: Demo = ownDemo()): Promise<VirtualDevice> {
  const device = await plugInDevice(page);
  await page.goto(new URL("/account/security", demo.base_url).href);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByLabel("Name of this passkey").fill(label);
  await page.getByRole("button", { name: "Create passkey" }).click();
  await expect(page.getByRole("row", { name: label })).toBeVisible();
  return device;
}
