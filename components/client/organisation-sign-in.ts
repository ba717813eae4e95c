import { send } from "@/components/client/api";
import type { ReturnedBody } from "@/lib/identity/providers/schema";

// A sign-in at an organisation's identity provider leaves this portal and comes back to /sign-in/return. The portal makes
// a random state, which begins with the purpose. This tab remembers where the person continues after the return.

export const PURPOSES = ["sign-in", "invitation", "link", "step-up", "test"] as const;
export type ReturnPurpose = (typeof PURPOSES)[number];

const KEY = "sealport-return";
const CHANNEL = "sealport-proof";
const PROVED = "proved";

/** Returns the address of a provider in the portal's answer. Throws TypeError unless it is an http or https address. */
function addressIn(answer: unknown): string {
  const url = typeof answer === "object" && answer !== null ? Reflect.get(answer, "url") : undefined;
  if (typeof url !== "string" || !/^https?:$/.test(new URL(url).protocol)) throw new TypeError("no address");
  return url;
}

/** Leaves for the provider in this tab; `to` is where the person continues afterwards. */
export function leaveFor(url: string, to: string): void {
  sessionStorage.setItem(KEY, to);
  window.location.assign(url);
}

/** Returns the address to continue at, and forgets it. */
export function takeWayBack(): string | undefined {
  const to = sessionStorage.getItem(KEY) ?? undefined;
  sessionStorage.removeItem(KEY);
  return to;
}

/** Asks where the organisation of this address signs in, and leaves for it. Throws CallRefused and NetworkLost. */
export async function signInByOrganisation(email: string, to: string): Promise<void> {
  const response = await send("POST", "/api/auth/organisation", { body: { email } });
  leaveFor(addressIn(await response.json()), to);
}

/** Accepts an invitation at the organisation's provider, and begins at Home. The token goes in the body. */
export async function acceptByOrganisation(token: string): Promise<void> {
  const response = await send("POST", "/api/auth/invitation/organisation", { body: { token } });
  leaveFor(addressIn(await response.json()), "/");
}

export interface CameBack {
  readonly purpose: ReturnPurpose;
  readonly returned: ReturnedBody;
}

/** Reads what the provider sent with the browser, from the fragment or the query; undefined for anything else. */
export function readReturn({ hash, search }: Pick<Location, "hash" | "search">): CameBack | undefined {
  const sent = new URLSearchParams(hash.length > 1 ? hash.slice(1) : search);
  const state = sent.get("state");
  const purpose = PURPOSES.find((one) => state?.startsWith(`${one}.`) === true);
  if (state === null || purpose === undefined) return undefined;
  const given = (name: "code" | "iss" | "error") => {
    const value = sent.get(name);
    return value === null ? {} : { [name]: value };
  };
  return { purpose, returned: { state, ...given("code"), ...given("iss"), ...given("error") } };
}

/** Informs the page that waits in another window that the person has proved who they are. */
export function announceProof(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(PROVED);
  channel.close();
}

/** Calls `onProof` when another window announces a proof. Returns a function that stops listening. */
export function hearProof(onProof: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", (event) => {
    if (event.data === PROVED) onProof();
  });
  return () => channel.close();
}
