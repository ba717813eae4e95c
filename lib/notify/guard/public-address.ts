import "server-only";
import { BlockList, isIP } from "node:net";

/**
 * Networks that a webhook may not reach: IANA's special-purpose registries (RFC 6890 and its successors), multicast,
 * reserved ranges, and every form that carries an IPv4 address inside an IPv6 one. IPv4 and IPv6 have separate
 * lists, because Node applies a rule for mapped addresses to every IPv4 address, and then each would be private.
 */
const IPV4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.31.196.0", 24],
  ["192.52.193.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["192.175.48.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];
/** Only 2000::/3 is global unicast; inside it these are not. */
const IPV6: readonly (readonly [string, number])[] = [
  ["::", 3],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["2620:4f:8000::", 48],
  ["3fff::", 20],
  ["4000::", 2],
  ["8000::", 1],
];

function listOf(rules: readonly (readonly [string, number])[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of rules) list.addSubnet(network, prefix, family);
  return list;
}

const blocked4 = listOf(IPV4, "ipv4");
const blocked6 = listOf(IPV6, "ipv6");

const loopback4 = listOf([["127.0.0.0", 8]], "ipv4");

/** Whether an address in text is a public internet address. False for an invalid address, and for one with a zone. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !blocked4.check(address, "ipv4");
  return family === 6 && !address.includes("%") && !blocked6.check(address, "ipv6");
}

/** Whether an address in text leads to this machine itself. */
export function isLoopbackAddress(address: string): boolean {
  return address === "::1" || (isIP(address) === 4 && loopback4.check(address, "ipv4"));
}
