import "server-only";
import { accessSync, constants, existsSync } from "node:fs";
import { chmod, chown, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { OperatorError } from "@/lib/errors";

async function groupId(group: string): Promise<number> {
  if (/^\d+$/.test(group)) return Number(group);
  const lines = (await readFile("/etc/group", "utf8")).split("\n").map((line) => line.split(":"));
  const id = lines.find(([name]) => name === group)?.[2];
  if (id === undefined)
    throw new OperatorError(`SOCKET_GROUP names a group that this machine does not have: ${group}`);
  return Number(id);
}

/** Returns the number of a group that this user can give a socket to. Throws OperatorError for another. */
export async function requireSocketGroup(group: string): Promise<number> {
  const gid = await groupId(group);
  const own = [process.getgid?.(), ...(process.getgroups?.() ?? [])];
  if (process.getuid?.() !== 0 && !own.includes(gid))
    throw new OperatorError(`SOCKET_GROUP names a group that this user is not in: ${group}`);
  return gid;
}

function refuseFolder(folder: string): never {
  throw new OperatorError(
    `this part's address (INSTANCE_FILE) needs the folder ${folder}: make it for this part's user`,
  );
}

function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(path.dirname(folder));
}

/** Throws OperatorError where this user cannot make the socket, or its folder. */
export function requireSocketFolder(socket: string): void {
  const folder = path.dirname(socket);
  try {
    // The slash: a file is no folder.
    accessSync(`${nearestFolder(folder)}/`, constants.W_OK);
  } catch {
    refuseFolder(folder);
  }
}

/** Makes the folder of a socket. Throws OperatorError where this user cannot. */
export async function makeSocketFolder(socket: string): Promise<void> {
  requireSocketFolder(socket);
  await mkdir(path.dirname(socket), { recursive: true, mode: 0o700 });
}

/** Lets the group use the socket: it may enter the folder, and read and write the socket. */
export async function shareSocket(socket: string, group: string | undefined): Promise<void> {
  if (group === undefined) return chmod(socket, 0o600);
  const gid = await requireSocketGroup(group);
  const folder = path.dirname(socket);
  try {
    await chown(folder, -1, gid);
    await chmod(folder, 0o710);
  } catch {
    throw new OperatorError(`SOCKET_GROUP needs a folder that belongs to this user: ${folder}`);
  }
  await chown(socket, -1, gid);
  await chmod(socket, 0o660);
}
