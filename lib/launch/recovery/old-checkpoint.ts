import "server-only";
import { readFile } from "node:fs/promises";
import { parseCheckpointText } from "@/lib/audit/entry/checkpoint";
import { fromUtf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { splitNote } from "@/lib/crypto/log/signed-note";
import { StartError } from "@/lib/db/embedded/start-error";

/**
 * Reads the checkpoint that an operator kept of a log (docs/formats/checkpoint.md): one signed note. An editor may have
 * added or removed empty lines at its end. Throws StartError that names the fault.
 */
export async function readOldCheckpoint(file: string): Promise<string> {
  try {
    const note = `${fromUtf8(await bytesOf(file)).replace(/[\r\n]+$/, "")}\n`;
    parseCheckpointText(splitNote(note).text);
    return note;
  } catch (error) {
    if (error instanceof FormatError)
      throw new StartError(
        `${file} is not a checkpoint as GET /confidential/audit/log/checkpoint gives it: ${error.message}.`,
      );
    throw error;
  }
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch {
    throw new StartError(`${file} cannot be read.`);
  }
}
