import "server-only";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import type { Part } from "@/lib/ipc/part-identity";
import { type Finding, finding, type Given } from "@/lib/launch/operator/finding";

function requireSocket(file: string): void {
  if (!existsSync(file))
    throw new Error(
      "does not exist, or this user cannot enter its folder: start clamav-daemon, and compare LocalSocket in clamd.conf",
    );
  if (!statSync(file).isSocket()) throw new Error("is not a socket: compare LocalSocket in clamd.conf");
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch {
    throw new Error("this user has no rights to it: add it to the group clamav");
  }
}

/** The socket of the virus scanner. Whether it answers is the doctor's question. */
export function checkScanner(part: Part, { CLAMD_SOCKET: file }: Given): Promise<Finding | undefined>[] {
  if (part !== "portal" || file === undefined) return [];
  return [finding(`CLAMD_SOCKET ${file}`, () => requireSocket(file))];
}
