import "server-only";
import { fromUtf8, utf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";

/** Digits of lower-case hexadecimal, by value. */
export const HEX_DIGITS = utf8("0123456789abcdef");
const LONGEST_WORD = 128;

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/**
 * Reads the words of a text between white space. It reads bytes, so that digits never become a text, which cannot be
 * zeroed.
 */
export class ByteWords {
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.skipSpace();
  }

  isAtEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  /** Returns the next word, which must not be a secret. */
  text(): string {
    const from = this.#at;
    while (!this.isAtEnd() && !isSpace(this.bytes[this.#at])) this.#at += 1;
    const word = this.bytes.subarray(from, this.#at);
    if (word.length === 0 || word.length > LONGEST_WORD)
      throw new FormatError("format.text", "a word expected");
    this.skipSpace();
    return fromUtf8(word);
  }

  expect(...words: readonly string[]): void {
    for (const word of words)
      if (this.text() !== word) throw new FormatError("format.text", "another word expected");
  }

  /** Reads exactly this many bytes in digits, in any grouping. */
  digits(length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let nth = 0; nth < length * 2; nth += 1) {
      const digit = HEX_DIGITS.indexOf(this.bytes[this.#at] ?? 0);
      if (digit < 0) {
        out.fill(0);
        throw new FormatError("format.hex", "a digit expected");
      }
      out[nth >> 1] = ((out[nth >> 1] ?? 0) << 4) | digit;
      this.#at += 1;
      this.skipSpace();
    }
    return out;
  }

  private skipSpace(): void {
    while (isSpace(this.bytes[this.#at])) this.#at += 1;
  }
}
