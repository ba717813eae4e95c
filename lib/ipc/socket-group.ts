import "server-only";
import { chmod, chown, readFile } from "node:fs/promises";
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
