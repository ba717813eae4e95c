import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { usage } from "./exit";

// Files with keys or records: mode 0600 in a folder of mode 0700. A write replaces the whole file or changes nothing.

/** Returns the system code of a failure, e.g. `ENOENT`; undefined if it has none. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Makes the folder if it is missing. Removes the access of others to an existing one, because only this program uses it. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if ((statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Replaces the text of a file (0600), whole or not at all: another run sees the earlier text or this one. The folder
 * stays as it is, because it may belong to someone else.
 */
export function writePrivateFile(file: string, text: string): void {
  const draft = `${file}.${randomBytes(6).toString("hex")}.draft`;
  const handle = openSync(draft, "wx", 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
  syncFolder(path.dirname(file));
}

/** Returns why a file must not be trusted with a key: its owner or its mode; undefined where both are right. */
export function openness(facts: { readonly mode: number; readonly uid: number }): string | undefined {
  const own = process.getuid?.();
  if (own !== undefined && facts.uid !== own) return "belongs to another user";
  return (facts.mode & 0o077) === 0
    ? undefined
    : `can be read or written by others (mode ${modeText(facts.mode)})`;
}

/** Returns a file's permissions in octal, e.g. `0600`. */
export function modeText(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, "0");
}

/**
 * Opens a file to append to it, or makes it (0600). Throws CliError (usage) if it cannot be opened, is a link, or others
 * can access it.
 */
export function openPrivateToAdd(file: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  let handle: number;
  try {
    handle = openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  } catch {
    throw usage(`${file} cannot be written`);
  }
  const wrong = openness(fstatSync(handle));
  if (wrong === undefined) return handle;
  closeSync(handle);
  throw usage(`${file} ${wrong}`, "Remove it: it was not made by this program.");
}

/**
 * Returns the text of a file; undefined if it is missing. Throws CliError (usage) if others can access it, it is too
 * long, or it cannot be read.
 */
export function readPrivateFile(file: string, maxBytes: number): string | undefined {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw usage(`${file} cannot be read`);
  }
  try {
    const facts = fstatSync(handle);
    const wrong = openness(facts);
    if (wrong !== undefined)
      throw usage(
        `${file} ${wrong}`,
        `chmod 600 '${file}', and replace the keys in it if others may have read them.`,
      );
    if (!facts.isFile() || facts.size > maxBytes)
      throw usage(`${file} is not a file of at most ${maxBytes} bytes`);
    return readFileSync(handle, "utf8");
  } finally {
    closeSync(handle);
  }
}
