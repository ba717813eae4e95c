import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { CliError, EXIT, usage } from "./exit";
import { codeOf, openPrivateToAdd } from "./private-file";

/** Returns the size of an existing file in bytes; 0 where it is missing. */
export function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

/**
 * Writes an answer to the file `part`. A partial answer (206) is appended; any other answer replaces the content. Bytes
 * that arrived before an interruption stay. Throws CliError if the file gets longer than `most` bytes, its announced
 * size.
 */
export async function takeIn(
  response: Response,
  part: string,
  onBytes: (bytes: number) => void,
  most: number = Number.POSITIVE_INFINITY,
): Promise<void> {
  const handle = openPrivateToAdd(part);
  try {
    if (response.status !== 206) ftruncateSync(handle, 0);
    let size = response.status === 206 ? sizeOf(part) : 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > most) throw new CliError(EXIT.wrong, "the portal sent more bytes than it announced");
      writeSync(handle, chunk);
      onBytes(chunk.length);
    }
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Returns the SHA-256 of a file in base64url. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("base64url");
}

/**
 * Renames a complete part to `file`. Without `isForced` it throws a usage error if `file` exists, even if it appeared
 * during the download.
 */
export function nameWhole(part: string, file: string, isForced: boolean): void {
  if (isForced) {
    renameSync(part, file);
    return;
  }
  try {
    linkSync(part, file);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw usage(`${file} already exists`, "--force replaces it.");
    throw error;
  }
  rmSync(part);
}
