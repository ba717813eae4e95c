import { mkdtemp, statfs } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** A file system in memory, on Linux. */
const MEMORY = "/dev/shm";
/** The databases of all tests that run at one time need less than half of it. */
const LEAST_FREE = 4 * 2 ** 30;

async function hasMemory(): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(MEMORY);
    return Math.min(bavail * bsize, os.freemem()) > LEAST_FREE;
  } catch {
    return false;
  }
}

/** Makes a folder on the disk: for what is measured, and for what must be durable. */
export function makeDiskFolder(name: string): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), name));
}

/**
 * Makes a folder for the data of a test's database or instance, in memory where there is room. A database has a thousand
 * files. On ext4 it takes half a second of CPU to create them within minutes after another one was deleted: each inode that
 * was in use a moment ago is passed over, one by one, for each file.
 */
export async function makeTempFolder(name: string): Promise<string> {
  return (await hasMemory()) ? mkdtemp(path.join(MEMORY, name)) : makeDiskFolder(name);
}
