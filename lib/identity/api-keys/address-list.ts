import "server-only";
import { BlockList, isIP } from "node:net";

function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  const version = isIP(address);
  return version === 4 ? "ipv4" : version === 6 ? "ipv6" : undefined;
}

/** Returns 192.0.2.1 for ::ffff:192.0.2.1: sockets that listen on both families report it so. */
function unmapped(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}

function addEntry(list: BlockList, entry: string): void {
  const [network = "", bits] = entry.split("/");
  const family = familyOf(network);
  if (family === undefined) return;
  if (bits === undefined) list.addAddress(network, family);
  else list.addSubnet(network, Number(bits), family);
}

/**
 * Returns whether a key with this list of addresses and CIDR ranges may be used from an address. An empty list allows
 * all.
 */
export function allowsAddress(entries: readonly string[], address: string | undefined): boolean {
  if (entries.length === 0) return true;
  if (address === undefined) return false;
  const plain = unmapped(address);
  const family = familyOf(plain);
  if (family === undefined) return false;
  const list = new BlockList();
  for (const entry of entries) addEntry(list, entry);
  return list.check(plain, family);
}
