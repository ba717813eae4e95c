import { BlockList, isIP, isIPv6 } from "node:net";

// Internet addresses of callers: which lists they are in, which budget they draw on, and which proxies may name them.

const GROUPS = 8;
/** Groups of the network part: one customer's IPv6 line has 2^64 addresses to call from. */
const NETWORK_GROUPS = 4;

/** Returns 192.0.2.1 for ::ffff:192.0.2.1, as sockets that listen on both families report it, and no zone. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "").replace(/%.*$/, "");
}

function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  const version = isIP(address);
  return version === 4 ? "ipv4" : version === 6 ? "ipv6" : undefined;
}

/** Returns whether a text is an address or a CIDR range, such as `192.0.2.1` or `2001:db8::/32`. */
export function isAddressOrRange(entry: string): boolean {
  const [network = "", bits, ...rest] = entry.split("/");
  const family = familyOf(network);
  if (family === undefined || rest.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === "ipv4" ? 32 : 128);
}

function addEntry(list: BlockList, entry: string): void {
  if (!isAddressOrRange(entry)) return;
  const [network = "", bits] = entry.split("/");
  const family = familyOf(network) ?? "ipv4";
  if (bits === undefined) list.addAddress(network, family);
  else list.addSubnet(network, Number(bits), family);
}

/** Returns a test of whether an address is in a list of addresses and CIDR ranges. */
export function addressList(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) addEntry(list, entry);
  return (address) => {
    const plain = plainAddress(address);
    const family = familyOf(plain);
    return family !== undefined && list.check(plain, family);
  };
}

/**
 * Returns whether a key with this list of addresses and CIDR ranges may be used from an address. An empty list allows
 * all.
 */
export function allowsAddress(entries: readonly string[], address: string | undefined): boolean {
  if (entries.length === 0) return true;
  return address !== undefined && addressList(entries)(address);
}

/**
 * Returns the address of the caller behind the operator's proxies: from the right of `X-Forwarded-For`, the first
 * address that is not a trusted proxy. A socket that is not a trusted proxy is the caller itself. If a proxy names
 * something that is not an address, the last proxy that is known is returned: budgets then count it and not the caller's text.
 */
export function callerAddress(
  socket: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
  isTrusted: (address: string) => boolean,
): string | undefined {
  if (socket === undefined || !isTrusted(socket)) return socket;
  const stated = [forwardedFor ?? []].flat().join(",").split(",");
  let known = socket;
  for (const text of stated.reverse()) {
    const address = withoutPort(text.trim());
    if (familyOf(plainAddress(address)) === undefined) return known;
    known = address;
    if (!isTrusted(address)) return address;
  }
  return known;
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(address: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1];
  return bracketed ?? address.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
}

function groupsOf(text: string): string[] {
  return text === "" ? [] : text.split(":");
}

/**
 * Returns the budget's name for a caller's address: an IPv4 address itself, for IPv6 its /64. All callers without an
 * address share one.
 */
export function addressKey(address: string | undefined): string {
  if (address === undefined) return "unknown";
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const [head = "", tail] = plain.split("::");
  const [left, right] = [groupsOf(head), groupsOf(tail ?? "")];
  // An IPv4 address at the end counts as two groups.
  const length = left.length + right.length + (plain.includes(".") ? 1 : 0);
  const zeros = tail === undefined ? [] : Array<string>(GROUPS - length).fill("0");
  const network = [...left, ...zeros, ...right].slice(0, NETWORK_GROUPS);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
