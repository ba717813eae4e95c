import "server-only";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isLoopbackAddress, isPublicAddress } from "@/lib/notify/guard/public-address";

/** Where a call goes: the address is resolved once and never again. */
export interface Target {
  readonly url: URL;
  readonly address: string;
  readonly family: 4 | 6;
}

/** Why a call is not made: `name` has no address, `address` is not allowed for webhooks. */
export type TargetFault = "name" | "address";

/** What is allowed in addition to the public internet over https. */
export interface Allowance {
  /** Plain http to this machine itself: in an evaluation only, where a receiver runs on the same machine. */
  readonly loopback: boolean;
}

/** Resolves a host's name; returns every address it has. */
export type Resolve = (
  host: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>;

const resolveAll: Resolve = (host) => lookup(host, { all: true, verbatim: true });

/** Returns a host as written in a URL, without the brackets of an IPv6 address. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

function mayBeReached(url: URL, address: string, allowance: Allowance): boolean {
  if (allowance.loopback && isLoopbackAddress(address)) return true;
  return url.protocol === "https:" && isPublicAddress(address);
}

/**
 * Returns a URL that a webhook may have, as far as can be checked without resolving its host; otherwise its fault.
 * `URL` has already put every form of an IPv4 address (hexadecimal, octal, one number) into the usual one.
 */
export function urlFault(text: string, allowance: Allowance): string | undefined {
  if (!URL.canParse(text)) return "is not a URL";
  const url = new URL(text);
  const host = hostOf(url);
  if (url.username !== "" || url.password !== "") return "holds a name or a password";
  if (url.hash !== "") return "has a fragment";
  const isLoopback = host === "localhost" || isLoopbackAddress(host);
  if (allowance.loopback && isLoopback && /^https?:$/.test(url.protocol)) return undefined;
  if (url.protocol !== "https:") return "does not begin with https://";
  if (isLoopback || (isIP(host) !== 0 && !isPublicAddress(host))) return "leads where no webhook may";
  return undefined;
}

/** Resolves the host once. Every address it has must be allowed: a name with one private address is refused. */
export async function findTarget(
  url: URL,
  allowance: Allowance,
  resolve: Resolve = resolveAll,
): Promise<Target | TargetFault> {
  if (urlFault(url.href, allowance) !== undefined) return "address";
  const host = hostOf(url);
  const literal = isIP(host);
  let found: readonly { readonly address: string; readonly family: number }[];
  try {
    found = literal === 0 ? await resolve(host) : [{ address: host, family: literal }];
  } catch {
    return "name";
  }
  const [first] = found;
  if (first === undefined) return "name";
  if (!found.every(({ address }) => mayBeReached(url, address, allowance))) return "address";
  return { url, address: first.address, family: first.family === 6 ? 6 : 4 };
}
