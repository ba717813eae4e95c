import { utf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { parseLine } from "@/lib/crypto/log/note-format";
import { openNote, parseVkey, splitNote } from "@/lib/crypto/log/signed-note";
import { sha256 } from "@/lib/crypto/primitives";

/**
 * Returns the bytes that a checkpoint's time stamp covers: the note's text, the empty line and the log's own
 * signature line with its newline. Cosignatures are left out, because they may come later. Throws FormatError when no
 * given log key signed the note.
 */
export function stampedBytes(note: string, logVkeys: readonly string[]): Uint8Array {
  const { verified } = openNote(note, logVkeys);
  const keys = verified.map((signature) => parseVkey(signature.vkey));
  const { text, lines } = splitNote(note);
  const line = lines.find((candidate) => {
    const { name, keyId } = parseLine(candidate);
    return keys.some((key) => key.name === name && key.keyId.every((byte, at) => byte === keyId[at]));
  });
  if (line === undefined) throw new FormatError("format.note", "the note is signed by no log key given");
  return utf8(`${text}\n${line}\n`);
}

/** SHA-256 of `stampedBytes`, 32 bytes. */
export function checkpointImprint(note: string, logVkeys: readonly string[]): Uint8Array {
  return sha256(stampedBytes(note, logVkeys));
}
