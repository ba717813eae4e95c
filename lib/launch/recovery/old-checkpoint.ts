import "server-only";
import { readFile } from "node:fs/promises";
import { parseCheckpointText } from "@/lib/audit/entry/checkpoint";
import type { SignedTree } from "@/lib/audit/signer/signed-mark";
import { readHead } from "@/lib/audit/witness/head-file";
import { fromUtf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { splitNote } from "@/lib/crypto/log/signed-note";
import { StartError } from "@/lib/db/embedded/start-error";

/**
 * Reads the checkpoint that an operator kept of a log (docs/formats/checkpoint.md): one signed note, or a witness's
 * `head.json`. An editor may have added or removed empty lines at its end. Throws StartError that names the fault, and
 * WitnessStoreDamaged.
 */
export async function readOldCheckpoint(file: string, log: string): Promise<string | SignedTree> {
  try {
    const text = fromUtf8(await bytesOf(file));
    if (text.trimStart().startsWith("{")) return readHead(text, log);
    const note = `${text.replace(/[\r\n]+$/, "")}\n`;
    parseCheckpointText(splitNote(note).text);
    return note;
  } catch (error) {
    if (error instanceof FormatError)
      throw new StartError(
        `${file} is not a checkpoint as GET /confidential/audit/log/checkpoint gives it, nor a witness's head.json: ${error.message}.`,
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
