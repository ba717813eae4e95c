import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

// Replaces primitives-stream.ts in code for browsers (next.config.mjs).

const CRC_POLYNOMIAL = 0xedb88320;

/** A SHA-256 (FIPS 180-4) that takes its input in pieces, for data too long to keep in memory. */
export interface Sha256Stream {
  update(bytes: Uint8Array): void;
  /** Returns the hash of all input. Call it once, at the end. */
  digest(): Uint8Array;
}

/** Starts a hash over pieces. */
export function sha256Stream(): Sha256Stream {
  const hash = nobleSha256.create();
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    digest: () => hash.digest(),
  };
}

/** Eight tables, so that eight bytes are taken in one step. */
const CRC_TABLES = crcTables();

function crcTables(): Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ CRC_POLYNOMIAL : value >>> 1;
    return value >>> 0;
  });
  const tables = [first];
  for (let at = 1; at < 8; at++) {
    const before = tables[at - 1] ?? first;
    tables.push(Uint32Array.from(before, (value) => ((value >>> 8) ^ (first[value & 255] ?? 0)) >>> 0));
  }
  return tables;
}

/** Returns CRC-32 as zip uses it (APPNOTE.TXT 4.4.7), continued from the value of the previous bytes. */
export function crc32(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = CRC_TABLES;
  let crc = ~before >>> 0;
  let at = 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (; at + 8 <= bytes.length; at += 8) {
    const low = (crc ^ view.getUint32(at, true)) >>> 0;
    const high = view.getUint32(at + 4, true);
    crc =
      ((t7?.[low & 255] ?? 0) ^
        (t6?.[(low >>> 8) & 255] ?? 0) ^
        (t5?.[(low >>> 16) & 255] ?? 0) ^
        (t4?.[low >>> 24] ?? 0) ^
        (t3?.[high & 255] ?? 0) ^
        (t2?.[(high >>> 8) & 255] ?? 0) ^
        (t1?.[(high >>> 16) & 255] ?? 0) ^
        (t0?.[high >>> 24] ?? 0)) >>>
      0;
  }
  for (; at < bytes.length; at++) crc = ((crc >>> 8) ^ (t0?.[(crc ^ (bytes[at] ?? 0)) & 255] ?? 0)) >>> 0;
  return ~crc >>> 0;
}
