import "server-only";
import { sha256Stream } from "@/lib/crypto/primitives-stream";

const FIRST_BYTES = 65_536;

/**
 * Bytes that arrive in pieces, in one buffer and hashed on arrival. The buffer doubles up to `maxBytes`: it takes at
 * most twice what has arrived, and three times while it grows.
 */
export class GrowingBytes {
  readonly #hash = sha256Stream();
  readonly #maxBytes: number;
  #bytes: Buffer;
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#bytes = Buffer.allocUnsafe(Math.min(FIRST_BYTES, maxBytes));
  }

  /** Returns false and takes no bytes when they would exceed `maxBytes`. */
  append(piece: Uint8Array): boolean {
    const length = this.#length + piece.length;
    if (length > this.#maxBytes) return false;
    if (length > this.#bytes.length) this.#grow(length);
    this.#bytes.set(piece, this.#length);
    this.#hash.update(piece);
    this.#length = length;
    return true;
  }

  #grow(length: number): void {
    const grown = Buffer.allocUnsafe(Math.min(this.#maxBytes, Math.max(length, 2 * this.#bytes.length)));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  /** What has arrived, without a copy. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#length);
  }

  /** SHA-256 of what has arrived; to be called once, at the end. */
  digest(): Uint8Array {
    return this.#hash.digest();
  }
}
