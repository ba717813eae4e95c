import "server-only";
import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { OperatorError } from "@/lib/errors";

/** Writes a file completely or not at all: temporary file, fsync, rename, fsync of the folder. Others read a public one. */
export function writeFileAtomic(file: string, content: string, isPublic = false): void {
  const temporary = writeTemporary(file, content, isPublic ? 0o644 : 0o600);
  renameSync(temporary, file);
  syncFolder(path.dirname(file));
}

/** Writes a file that must not exist yet (EEXIST otherwise). */
export function createFileAtomic(file: string, content: string): void {
  const temporary = writeTemporary(file, content);
  try {
    linkSync(temporary, file);
  } finally {
    unlinkSync(temporary);
  }
  syncFolder(path.dirname(file));
}

function writeTemporary(file: string, content: string, mode = 0o600): string {
  const temporary = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  const descriptor = openSync(temporary, "wx", mode);
  try {
    // Whatever the umask is.
    fchmodSync(descriptor, mode);
    writeAll(descriptor, Buffer.from(content, "utf8"));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return temporary;
}

/** Writes all bytes, because `writeSync` may write fewer than given. */
export function writeAll(descriptor: number, bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
}

/** Makes the name of a new file durable (POSIX: a rename is durable after its folder is synced). */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Returns what shows that a file is still the one that was read; undefined without a file. A replaced one has another inode. */
export function fileState(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found && `${found.ino}|${found.mtimeMs}|${found.ctimeMs}|${found.size}`;
}

/** Makes a folder and those above it. In /proc `recursive` would ask the kernel again without end. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(path.dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (Reflect.get(Object(error), "code") !== "EEXIST") throw error;
  }
}

/** Makes a part's data folder, which it alone can enter. Throws OperatorError if it cannot be written. */
export function makeDataFolder(folder: string | undefined): void {
  if (folder === undefined) return;
  try {
    makeFolders(folder);
    accessSync(folder, constants.W_OK);
  } catch {
    throw new OperatorError(`DATA_DIR cannot be written by this user: ${folder}`);
  }
}
