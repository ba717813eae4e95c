import "server-only";
import { lookup } from "node:dns/promises";
import { readFile, stat } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { parseServiceUrl } from "@/lib/ipc/service-url";

/** How another part runs: as our own user on this machine, as another user of it, or on another machine. */
export type PartUser = "same" | "other_user" | "other_machine";

/**
 * Returns `other_user` for another account than our own. If we run as root, every user counts as the same, because root
 * can become any of them.
 */
function userOf(uid: number | undefined): PartUser {
  const own = process.getuid?.();
  return uid === undefined || own === undefined || own === 0 || uid === own ? "same" : "other_user";
}

async function isHere(host: string): Promise<boolean> {
  const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  const named = await lookup(host, { all: true });
  return named.some(({ address }) => own.includes(address) || address.startsWith("127."));
}

/**
 * Returns the user that listens at a port, according to a table of the kernel; undefined if none does. A listening socket
 * has the state 0A. The port is in hexadecimal after the colon, the user in the eighth column.
 */
export function listenerIn(table: string, port: number): number | undefined {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  for (const line of table.split("\n").slice(1)) {
    const [, local, , state, , , , uid] = line.trim().split(/\s+/);
    if (local?.endsWith(wanted) === true && state === "0A" && uid !== undefined) return Number(uid);
  }
  return undefined;
}

async function listenerOf(port: number): Promise<number | undefined> {
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const found = listenerIn(await readFile(table, "utf8").catch(() => ""), port);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Returns how the part at an address runs, according to this machine's kernel. It looks at the owner of the part's
 * socket or the user that listens at its port. An address of no local interface is another machine. If that
 * cannot be determined, the part counts as the same user.
 */
export async function partUser(url: string): Promise<PartUser> {
  const address = parseServiceUrl(url);
  try {
    if (address.kind === "socket") return userOf((await stat(address.path)).uid);
    if (!(await isHere(address.host))) return "other_machine";
    return userOf(await listenerOf(address.port));
  } catch {
    return "same";
  }
}
