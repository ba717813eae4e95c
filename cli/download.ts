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
 * Appends an answer to the existing file, or replaces it where the answer is the whole file; what arrived before an
 * interruption stays. `most` is the announced size of the whole file: a longer answer is refused.
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

/** SHA-256 of a file, base64url. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("base64url");
}

/** Gives a whole part its name. Without `isForced` a file of that name is not replaced, also where it came in between. */
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
