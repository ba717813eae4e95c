import { createHash } from "node:crypto";
import { crc32 as zlibCrc32 } from "node:zlib";

// Like primitives.ts: a browser build replaces this file as a whole.

/** A SHA-256 (FIPS 180-4) that is fed piece by piece, for what is too long to hold. */
export interface Sha256Stream {
  update(bytes: Uint8Array): void;
  /** The hash of all that was fed; to be called once, at the end. */
  digest(): Uint8Array;
}

/** Begins a hash over pieces. */
export function sha256Stream(): Sha256Stream {
  const hash = createHash("sha256");
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    digest: () => Uint8Array.from(hash.digest()),
  };
}

/** CRC-32 as zip uses it (APPNOTE.TXT 4.4.7), going on from the value of what came before. */
export function crc32(bytes: Uint8Array, before = 0): number {
  return zlibCrc32(bytes, before);
}
