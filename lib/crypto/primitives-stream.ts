import { createHash } from "node:crypto";
import { crc32 as zlibCrc32 } from "node:zlib";

// Like primitives.ts: a browser build replaces this whole file.

/** A SHA-256 (FIPS 180-4) that takes its input in pieces, for data too long to keep in memory. */
export interface Sha256Stream {
  update(bytes: Uint8Array): void;
  /** Returns the hash of all input. Call it once, at the end. */
  digest(): Uint8Array;
}

/** Starts a hash over pieces. */
export function sha256Stream(): Sha256Stream {
  const hash = createHash("sha256");
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    digest: () => Uint8Array.from(hash.digest()),
  };
}

/** Returns CRC-32 as zip uses it (APPNOTE.TXT 4.4.7), continued from the value of the previous bytes. */
export function crc32(bytes: Uint8Array, before = 0): number {
  return zlibCrc32(bytes, before);
}
