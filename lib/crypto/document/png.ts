import { ascii, hasAt, viewOf } from "./search";

const SIGNATURE_BYTES = 8;
/** Length, type and checksum around a chunk's content (PNG 3rd edition, 5.3). */
const FRAME_BYTES = 12;
const IHDR = ascii("IHDR");
const IEND = ascii("IEND");

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** CRC-32 as chunks carry it (PNG annex D). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1)
    crc = (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * Returns the end of a PNG, after IEND, if every chunk before it is complete and has the right checksum. Undefined when
 * it is cut off or altered.
 */
export function pngEnd(bytes: Uint8Array): number | undefined {
  const view = viewOf(bytes);
  let at = SIGNATURE_BYTES;
  if (!hasAt(bytes, at + 4, IHDR)) return undefined;
  while (at + FRAME_BYTES <= bytes.length) {
    const end = at + FRAME_BYTES + view.getUint32(at);
    if (end > bytes.length) return undefined;
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) return undefined;
    if (hasAt(bytes, at + 4, IEND)) return end === at + FRAME_BYTES ? end : undefined;
    at = end;
  }
  return undefined;
}
