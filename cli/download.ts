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

/** Bytes of a file that is there; 0 where there is none. */
export function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

/**
 * Puts an answer behind what is there, or in its place where the answer is the whole; what arrived before a cut stays.
 * `most` is how long the whole file was said to be: an answer that goes on beyond it is not taken.
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
      if (size > most) throw new CliError(EXIT.wrong, "the portal sends more than it said the file holds");
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
    if (codeOf(error) === "EEXIST") throw usage(`${file} is there already`, "--force replaces it.");
    throw error;
  }
  rmSync(part);
}
