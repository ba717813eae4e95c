import "server-only";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { openEntryFile } from "@/lib/audit/signer/entry-file";
import { readState, type StoredState } from "@/lib/audit/signer/signed-copy";
import { OperatorError } from "@/lib/errors";

const PRIVATE = { mode: 0o600, flag: "wx" } as const;

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const code = String(Reflect.get(Object(error), "code"));
    throw new OperatorError(`${folder} cannot be made as a new folder (${code})`);
  }
}

/**
 * Copies the signer's entries and what it signed last into a new folder, for a recovery on another machine. The signer
 * may run. Returns what was copied. Throws OperatorError if it has signed nothing or its store is damaged.
 */
export async function exportSignedCopy(from: string, log: string, into: string): Promise<StoredState> {
  // The state first: entries that the signer appends meanwhile are after what it covers.
  const state = await readState(from, log);
  if (state === undefined) throw new OperatorError("the signer has signed nothing yet");
  await makeFolder(into);
  await writeFile(path.join(into, "state.json"), JSON.stringify(state), PRIVATE);
  await pipeline(
    createReadStream(path.join(from, "entries.log"), { end: state.file_bytes - 1 }),
    createWriteStream(path.join(into, "entries.log"), { mode: PRIVATE.mode, flags: PRIVATE.flag }),
  );
  // Reads the copy again, and compares its root with the one that was signed.
  const copied = await openEntryFile(into, log);
  await copied.close();
  return state;
}
