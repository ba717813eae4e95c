import "server-only";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
  unlinkSync,
} from "node:fs";
import path from "node:path";
import { StartError } from "@/lib/db/embedded/start-error";
import { readShares, type Share, type ShareLabel, zeroShares } from "@/lib/keystore/backup/share";
import { syncFolder, writeAll } from "@/lib/keystore/files/atomic-file";
import type { Terminal } from "@/lib/launch/terminal";

const MAX_FILE_BYTES = 65_536;

function isBelow(folder: string, parent: string): boolean {
  const way = path.relative(parent, folder);
  return way === "" || !(way.startsWith("..") || path.isAbsolute(way));
}

/**
 * Returns the folder that shares are written to, made where it is missing. It may not be in the folder of the keys they
 * restore.
 */
export function shareFolder(folder: string, keyDir: string): string {
  const inKeys = new StartError(
    "--out is in the key folder: a copy of that folder would have keystore and shares together.",
  );
  if (isBelow(path.resolve(folder), path.resolve(keyDir))) throw inKeys;
  let real: string;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    real = realpathSync(folder);
  } catch {
    throw new StartError("--out is not a writable folder.");
  }
  if (isBelow(real, realpathSync(keyDir))) throw inKeys;
  return real;
}

/** Writes one share to a new file of mode 0600 and answers its path; what could not be written whole is removed. */
export function writeShare(folder: string, text: Uint8Array, label: ShareLabel): string {
  const { backup, number, shares } = label;
  const file = path.join(folder, `sealport-share-${backup}-${number}-of-${shares}.txt`);
  const descriptor = openSync(file, "wx", 0o600);
  try {
    writeAll(descriptor, Buffer.from(text.buffer, text.byteOffset, text.byteLength));
    fsyncSync(descriptor);
  } catch (error) {
    unlinkSync(file);
    throw error;
  } finally {
    closeSync(descriptor);
  }
  syncFolder(folder);
  return file;
}

/** A name given as an argument is not repeated: a person may have pasted a share there. */
function readOne(name: string, nth: number): Uint8Array {
  try {
    if (statSync(name).size <= MAX_FILE_BYTES) return readFileSync(name);
  } catch {
    throw new StartError(`The share file that was named as number ${nth} cannot be read.`);
  }
  throw new StartError(`The file that was named as number ${nth} is too long for shares.`);
}

/** Reads shares from files, and from the input where a name is `-`. The caller zeroes them. */
export async function readShareFiles(names: readonly string[], terminal: Terminal): Promise<Share[]> {
  const shares: Share[] = [];
  try {
    for (const [index, name] of names.entries()) {
      const bytes = name === "-" ? await readInput(terminal) : readOne(name, index + 1);
      try {
        shares.push(...readShares(bytes, shares.length));
      } finally {
        bytes.fill(0);
      }
    }
    return shares;
  } catch (error) {
    zeroShares(shares);
    throw error;
  }
}

async function readInput(terminal: Terminal): Promise<Uint8Array> {
  if (terminal.isPerson) terminal.say("Enter the shares one after another, then Ctrl-D on an empty line:");
  const bytes = await terminal.readAll();
  terminal.clear();
  return bytes;
}
