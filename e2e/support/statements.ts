import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { type BrowserContext, expect, type Locator, type Page } from "@playwright/test";
import { z } from "zod";
import { statementBytes } from "../../lib/crypto/statement-bytes";
import type { Answer, Demo } from "./api";
import { plugInDevice, signIn, type VirtualDevice } from "./sign-in";

/** A WebAuthn assertion in the form that the API and the custodian accept. */
export const PasskeySignature = z.object({
  kind: z.literal("passkey"),
  credential_id: z.string(),
  authenticator_data: z.string(),
  client_data_json: z.string(),
  signature: z.string(),
});
export type PasskeySignature = z.infer<typeof PasskeySignature>;

/** Returns SHA-256(S), base64url, which a passkey signs for a statement. */
export function challengeOf(kind: string, statement: unknown): string {
  return createHash("sha256").update(statementBytes(kind, statement)).digest("base64url");
}

const asRecord = z.record(z.string(), z.unknown());

/** A signed-in person with a device that holds passkeys, in their own browser context. */
export interface SignedIn {
  readonly page: Page;
  readonly device: VirtualDevice;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  /** Makes the device sign any challenge on a page of the portal. */
  sign(challenge: string, userVerification?: "required" | "discouraged"): Promise<PasskeySignature>;
}

/** Signs in through the calls of the sign-in page. Later calls then use the cookie, as the pages do. */
export async function signedIn(context: BrowserContext, handle: string, demo: Demo): Promise<SignedIn> {
  const page = await context.newPage();
  await signIn(page, handle, demo);
  await page.goto(new URL("/account/security", demo.base_url).href);
  const device = await plugInDevice(page);
  const call = async (method: "GET" | "POST", address: string, data?: unknown): Promise<Answer> => {
    const response = await page.request.fetch(new URL(address, demo.base_url).href, {
      method,
      headers: { origin: demo.base_url, "content-type": "application/json" },
      ...(data === undefined ? {} : { data }),
    });
    const text = await response.text();
    const isJson = (response.headers()["content-type"] ?? "").includes("json");
    return {
      status: response.status(),
      headers: new Headers(response.headers()),
      text,
      json: isJson ? asRecord.parse(JSON.parse(text)) : {},
    };
  };
  return {
    page,
    device,
    get: (address) => call("GET", address),
    post: (address, body = {}) => call("POST", address, body),
    sign: async (challenge, userVerification = "required") =>
      PasskeySignature.parse(
        await page.evaluate(
          async (asked) => {
            const encode = (buffer: ArrayBuffer) =>
              btoa(String.fromCharCode(...new Uint8Array(buffer)))
                .replaceAll("+", "-")
                .replaceAll("/", "_")
                .replaceAll("=", "");
            const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON({
              rpId: "localhost",
              ...asked,
            });
            const found = await navigator.credentials.get({ publicKey });
            if (!(found instanceof PublicKeyCredential)) throw new Error("no assertion");
            const { response } = found;
            if (!(response instanceof AuthenticatorAssertionResponse)) throw new Error("no assertion");
            return {
              kind: "passkey",
              credential_id: encode(found.rawId),
              authenticator_data: encode(response.authenticatorData),
              client_data_json: encode(response.clientDataJSON),
              signature: encode(response.signature),
            };
          },
          { challenge, userVerification },
        ),
      ),
  };
}

/** Registers a sign-in passkey through the API, as the account page does. */
export async function registerPasskey(who: SignedIn, label: string): Promise<string> {
  const options = await who.post("/confidential/account/passkeys/options");
  expect(options.status, options.text).toBe(200);
  const attestation = await who.page.evaluate(async (given) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(given));
    const made = await navigator.credentials.create({ publicKey });
    if (!(made instanceof PublicKeyCredential)) throw new Error("no passkey");
    return made.toJSON();
  }, options.text);
  const registered = await who.post("/confidential/account/passkeys", { label, attestation });
  expect(registered.status, registered.text).toBe(201);
  return z.string().parse(registered.json.id);
}

/** Returns the fingerprint of a key as the page shows it: eight groups of four hexadecimal digits. */
export async function spokenGroups(place: Locator): Promise<string> {
  const groups = place.getByText(/^(?:[0-9a-f]{4} ){7}[0-9a-f]{4}$/);
  await expect(groups).toHaveCount(1);
  return (await groups.textContent()) ?? "";
}

/** Confirms the one pending change. The dialog names the person and the same key again. */
export async function confirmIn(section: Locator, button: string): Promise<void> {
  const shown = await spokenGroups(section);
  await section.getByRole("button", { name: button, exact: true }).click();
  const dialog = section.getByRole("dialog", { name: /^Confirm the key of / });
  expect(await spokenGroups(dialog)).toBe(shown);
  await dialog.getByRole("button", { name: button, exact: true }).click();
  await expect(section.getByRole("status").filter({ hasText: "It is in force." })).toBeVisible();
}

const Running = z.object({ pids: z.record(z.string(), z.number().nullable()) });

/** Calls the custodian on its own socket, as a dishonest portal could. Returns status and JSON of the answer. */
export async function askCustodian(
  dataDir: string,
  method: "GET" | "POST",
  address: string,
  body?: unknown,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const { pids } = Running.parse(JSON.parse(readFileSync(path.join(dataDir, "running.json"), "utf8")));
  const environment = readFileSync(`/proc/${pids.portal}/environ`, "utf8").split("\0");
  const url = environment.find((pair) => pair.startsWith("CUSTODIAN_URL="))?.slice("CUSTODIAN_URL=".length);
  if (url === undefined) throw new Error("the portal has no custodian");
  const text = await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const socketPath = url.replace(/^unix:/, "");
    const headers = { "content-type": "application/json" };
    const call = request({ socketPath, path: address, method, headers }, (response) => {
      let received = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        received += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: received }));
    });
    call.on("error", reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
  return { status: text.status, json: asRecord.parse(JSON.parse(text.body)) };
}
