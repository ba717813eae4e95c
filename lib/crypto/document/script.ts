import { hasAt } from "./search";

const LOWER = 0x20;
const LESS_THAN = 0x3c;

/** Marks that no picture has any need of, in lower case after their `<`; long enough not to occur by chance. */
const MARKS = [
  "script",
  "?php ",
  "?php\n",
  "?php\r",
  "iframe",
  "!doctype",
  "html>",
  "html ",
  "svg onload",
  "foreignobject",
].map((text) => [...text].map((character) => character.charCodeAt(0)));

function lowered(bytes: Uint8Array, at: number, length: number): Uint8Array {
  return bytes.subarray(at, at + length).map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte | LOWER : byte));
}

/**
 * Whether a picture carries text that a browser or a server would run if it took the picture for a page: in a comment,
 * in a text chunk or among the pixels. A test of marks, not of languages; the sandbox and the fixed media type of a
 * download are what protects a reader, this keeps the obvious out of the record.
 */
export function holdsScript(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(LESS_THAN); at >= 0; at = bytes.indexOf(LESS_THAN, at + 1)) {
    const following = lowered(bytes, at + 1, 14);
    if (MARKS.some((mark) => hasAt(following, 0, mark))) return true;
  }
  return false;
}
