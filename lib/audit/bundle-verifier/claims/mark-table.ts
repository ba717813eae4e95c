import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";

const MARK_BYTES = 32;
const LEAST = 256;

/** Marks of keys, 32 bytes each, by their place in one table. */
export class MarkTable {
  #bytes = new Uint8Array(LEAST * MARK_BYTES);
  #length = 0;

  /**
   * Adds a mark (43 characters of base64url in their only spelling) and returns its place. A repetition of the last one
   * is not added again.
   */
  add(mark: string): number {
    if (this.is(this.#length - 1, mark)) return this.#length - 1;
    const from = this.#length * MARK_BYTES;
    if (from === this.#bytes.length) {
      const bytes = new Uint8Array(this.#bytes.length * 2);
      bytes.set(this.#bytes);
      this.#bytes = bytes;
    }
    this.#bytes.set(fromBase64url(mark), from);
    this.#length += 1;
    return this.#length - 1;
  }

  /** Returns whether this mark is at that place. */
  is(place: number, mark: string | undefined): boolean {
    if (place < 0 || place >= this.#length) return false;
    const from = place * MARK_BYTES;
    return toBase64url(this.#bytes.subarray(from, from + MARK_BYTES)) === mark;
  }
}
