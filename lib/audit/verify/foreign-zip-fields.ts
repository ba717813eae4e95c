import { refuseCheat, refusePacking } from "./packed-anew";

const FIELD_HEAD_BYTES = 4;
/** Times and owners take a few bytes; a longer field would carry something else. */
const MAX_FIELD_BYTES = 64;
const ZIP64 = 0x0001;

/** Extra fields that say when a file was changed and whose it was, and nothing of its name, size or content. */
const HARMLESS = new Set([
  0x000a, // NTFS times
  0x5455, // "UT", times
  0x5855, // "UX", times and owner
  0x7855, // "Ux", owner
  0x7875, // "ux", owner
  0xcafe, // Java's mark
]);

/**
 * Refuses extra fields that may give a file another name, size or content to another reader (APPNOTE.TXT 4.5): zip64, a
 * Unicode path, and every one that is not known to be harmless.
 */
export function checkExtra(bytes: Uint8Array, name: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    if (at + FIELD_HEAD_BYTES > bytes.length)
      refuseCheat("an extra field that is cut short", undefined, name);
    const [id, size] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    at += FIELD_HEAD_BYTES + size;
    if (at > bytes.length) refuseCheat("an extra field that is cut short", undefined, name);
    if (id === ZIP64) refusePacking(`${name} has sizes in zip64 form`);
    if (!HARMLESS.has(id) || size > MAX_FIELD_BYTES)
      refusePacking(
        `${name} has the extra field 0x${id.toString(16).padStart(4, "0")}, which could give it another name or content`,
      );
  }
}

const DOS_NOT_PLAIN = 0x0418; // reparse point, folder, volume label
const UNIX_TYPE = 0xf000;
const UNIX_PLAIN = 0x8000;

/** Refuses links, folders and devices: a program that unpacks would put something else in the file's place. */
export function checkPlainFile(attributes: number, name: string): void {
  const type = (attributes >>> 16) & UNIX_TYPE;
  if ((attributes & DOS_NOT_PLAIN) !== 0 || (type !== 0 && type !== UNIX_PLAIN))
    refuseCheat("a link, a folder or a device in place of a file", undefined, name);
}
