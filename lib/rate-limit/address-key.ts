import { isIPv6 } from "node:net";

const GROUPS = 8;
/** Groups of the network part: one customer's IPv6 line has 2^64 addresses to call from. */
const NETWORK_GROUPS = 4;

function groupsOf(text: string): string[] {
  return text === "" ? [] : text.split(":");
}

/**
 * Returns the budget's name for a caller's address: an IPv4 address itself, for IPv6 its /64. All callers without an
 * address share one.
 */
export function addressKey(address: string | undefined): string {
  if (address === undefined) return "unknown";
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "").replace(/%.*$/, "");
  if (!isIPv6(plain)) return plain;
  const [head = "", tail] = plain.split("::");
  const [left, right] = [groupsOf(head), groupsOf(tail ?? "")];
  // An IPv4 address at the end counts as two groups.
  const length = left.length + right.length + (plain.includes(".") ? 1 : 0);
  const zeros = tail === undefined ? [] : Array<string>(GROUPS - length).fill("0");
  const network = [...left, ...zeros, ...right].slice(0, NETWORK_GROUPS);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
