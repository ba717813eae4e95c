import "server-only";
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { ownInstanceDigest } from "@/lib/env/instance-file";
import { ServiceUnavailable } from "@/lib/ipc/client";
import { askPeer } from "@/lib/ipc/peer-proof";
import { type Finding, finding, type Given } from "@/lib/launch/operator/finding";

/** The parts that a caller calls, and the variables of their keys. A part that serves at such an address is asked by the others. */
const PEERS = [
  ["CUSTODIAN_URL", "CUSTODIAN_VKEY"],
  ["SIGNER_URL", "LOG_VKEY"],
  ["WITNESS_URL", "WITNESS_VKEY"],
] as const;

/** What this user can see of a peer's socket and its folder. */
export interface SocketView {
  exists(file: string): boolean;
  /** Whether this user may enter a folder, or write to a socket. */
  may(file: string, mode: number): boolean;
  /** The group that may use it, where its mode lets a group. */
  group(file: string, mode: number): number | undefined;
  /** Whether a process listens there, also at a socket that this user cannot see; undefined where the system does not say. */
  isServed(socket: string): boolean | undefined;
}

/** The mark of a socket that a process listens at, in Linux's list of sockets. */
const LISTENS = "00010000";
const OF_GROUP = 0o010;
const WRITABLE_BY_GROUP = 0o020;

const THIS_USER: SocketView = {
  exists: existsSync,
  may: (file, mode) => {
    try {
      accessSync(file, mode);
      return true;
    } catch {
      return false;
    }
  },
  group: (file, mode) => {
    try {
      const stat = statSync(file);
      return (stat.mode & mode) === 0 ? undefined : stat.gid;
    } catch {
      return undefined;
    }
  },
  isServed: (socket) => {
    try {
      const lines = readFileSync("/proc/net/unix", "utf8").split("\n");
      return lines.some((line) => line.endsWith(` ${socket}`) && line.includes(` ${LISTENS} `));
    } catch {
      return undefined;
    }
  },
};

function noRights(what: "folder" | "socket", file: string, gid: number | undefined): string {
  const next =
    gid === undefined
      ? "set SOCKET_GROUP at that part, and restart it"
      : `add this user to the group ${gid} of it, and begin a new session`;
  return `this user has no rights to the ${what} ${file}: ${next}`;
}

/** Returns why a socket does not answer: its process does not run, or this user has no rights to it; undefined where neither is seen. */
export function reasonOf(socket: string, view: SocketView = THIS_USER): string | undefined {
  const folder = path.dirname(socket);
  const isRunning = view.isServed(socket);
  if (!view.may(folder, constants.X_OK)) {
    const gid = view.group(folder, OF_GROUP);
    // A part opens its folder to SOCKET_GROUP when it starts, so before that the folder's group is not the one that is meant.
    if (isRunning === false)
      return `is not running: no process serves at ${socket}. Start it first, because its start opens the folder to SOCKET_GROUP`;
    return `${isRunning === true ? "runs, but " : ""}${noRights("folder", folder, gid)}`;
  }
  if (!view.exists(socket)) return `is not running: no socket ${socket}`;
  if (isRunning === false) return `is not running: no process serves at the socket ${socket}`;
  if (view.may(socket, constants.W_OK)) return undefined;
  return `runs, but ${noRights("socket", socket, view.group(socket, WRITABLE_BY_GROUP))}`;
}

async function requirePeer(url: string, vkey: string, timeoutMs: number): Promise<void> {
  try {
    const { instance } = await askPeer(url, vkey, timeoutMs);
    const own = ownInstanceDigest();
    if (own !== undefined && instance !== undefined && instance !== own)
      throw new Error("was started with another instance file: give both the same one, and restart it");
  } catch (error) {
    if (!(error instanceof ServiceUnavailable)) throw error;
    const reason = url.startsWith("unix:") ? reasonOf(url.slice("unix:".length)) : undefined;
    const isRefused = error.message.includes("ECONNREFUSED");
    throw new Error(
      reason ?? (isRefused ? "is not running: no process serves at this address" : error.message),
    );
  }
}

/** Asks each part that has an address whether it answers, proves its key and has our instance file. */
export function checkPeers(given: Given, timeoutMs: number): Promise<Finding | undefined>[] {
  return PEERS.flatMap(([name, key]) => {
    const url = given[name];
    const ask = () => requirePeer(url ?? "", given[key] ?? "", timeoutMs);
    return url === undefined ? [] : [finding(`${name} ${url}`, ask)];
  });
}
