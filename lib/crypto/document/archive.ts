import { hasAt, viewOf } from "./search";

/** Length of an end record without its comment, and the longest comment (APPNOTE.TXT 4.3.16). */
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const END_OF_DIRECTORY = [0x50, 0x4b, 0x05, 0x06];
const DIRECTORY_ENTRY = [0x50, 0x4b, 0x01, 0x02];
const LOCATOR = [0x50, 0x4b, 0x06, 0x07];

/**
 * Returns whether an archive program would accept this place as the end record of a ZIP. Readers search backwards for it
 * and allow bytes before the archive. So any file that ends in an end record is a ZIP too, with the file's own end in the
 * record's comment. The four bytes of the signature may occur by chance, but not together with the numbers that readers
 * check.
 */
function isEndRecord(bytes: Uint8Array, at: number): boolean {
  if (at + END_BYTES > bytes.length) return false;
  const view = viewOf(bytes);
  const isOneDisk = view.getUint32(at + 4) === 0;
  const directoryBytes = view.getUint32(at + 12, true);
  const directoryAt = view.getUint32(at + 16, true);
  return (
    isOneDisk ||
    hasAt(bytes, at - directoryBytes, DIRECTORY_ENTRY) ||
    hasAt(bytes, directoryAt, DIRECTORY_ENTRY) ||
    hasAt(bytes, at - 20, LOCATOR)
  );
}

/** Returns whether a program that looks for a ZIP's end finds one in these bytes, whatever they begin with. */
export function isAlsoZip(bytes: Uint8Array): boolean {
  const from = Math.max(0, bytes.length - END_BYTES - MAX_COMMENT_BYTES);
  for (let at = bytes.indexOf(0x50, from); at >= 0; at = bytes.indexOf(0x50, at + 1))
    if (hasAt(bytes, at, END_OF_DIRECTORY) && isEndRecord(bytes, at)) return true;
  return false;
}
