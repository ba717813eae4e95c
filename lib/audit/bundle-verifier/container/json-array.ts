import { concat, fromUtf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { type Json, parseCanonicalJson } from "@/lib/crypto/json/canonical-json";
import type { Chunk } from "./file-pass";

/** Maximum size of an element. A checkpoint or a time-stamp token has a few kilobytes. */
const MAX_ELEMENT_BYTES = 2 << 20;
const [QUOTE, BACKSLASH, COMMA, OPEN, CLOSE] = [0x22, 0x5c, 0x2c, 0x5b, 0x5d];
const [OPEN_BRACE, CLOSE_BRACE] = [0x7b, 0x7d];

/** Finds the ends of the elements of one JSON array. It tracks strings and depth, and the parser checks all else. */
class ElementScanner {
  #depth = 0;
  #inText = false;
  #isEscaped = false;

  /** Returns whether this byte ends an element of the outermost array. */
  ends(byte: number): boolean {
    if (this.#inText) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#inText = false;
      return false;
    }
    if (byte === QUOTE) this.#inText = true;
    else if (byte === OPEN || byte === OPEN_BRACE) this.#depth += 1;
    else if (byte === CLOSE || byte === CLOSE_BRACE) {
      if (this.#depth === 0) return true;
      this.#depth -= 1;
    }
    return byte === COMMA && this.#depth === 0;
  }
}

function refuse(file: string, message: string): never {
  throw new FormatError("format.bundle", `${file}: ${message}`, { file });
}

function parseElement(file: string, bytes: Uint8Array): Json {
  try {
    return parseCanonicalJson(fromUtf8(bytes));
  } catch (error) {
    if (error instanceof FormatError) return refuse(file, error.message);
    throw error;
  }
}

/** Cuts one JCS array into its elements, piece by piece. */
class ElementReader {
  readonly #scanner = new ElementScanner();
  #held: Uint8Array = new Uint8Array(0);
  #isBegun = false;
  #isEnded = false;
  #count = 0;

  constructor(readonly file: string) {}

  *take(bytes: Uint8Array): Generator<Json> {
    let from = this.#begin(bytes);
    for (let at = from; at < bytes.length; at += 1) {
      if (this.#isEnded) refuse(this.file, "bytes after the list");
      if (!this.#scanner.ends(bytes[at] ?? 0)) continue;
      const element = concat(this.#held, bytes.subarray(from, at));
      this.#held = new Uint8Array(0);
      from = at + 1;
      if (this.#end(bytes[at] ?? 0, element.length)) yield parseElement(this.file, element);
    }
    this.#held = concat(this.#held, bytes.subarray(from));
    if (this.#held.length > MAX_ELEMENT_BYTES) refuse(this.file, "an element is longer than allowed");
  }

  finish(): void {
    if (!this.#isEnded) refuse(this.file, "the list does not end");
  }

  #begin(bytes: Uint8Array): number {
    if (this.#isBegun || bytes.length === 0) return 0;
    if (bytes[0] !== OPEN) refuse(this.file, "not a list");
    this.#isBegun = true;
    return 1;
  }

  /** Returns whether there is an element before this byte. An empty list has none. */
  #end(byte: number, length: number): boolean {
    if (byte === CLOSE_BRACE) refuse(this.file, "not a list");
    this.#isEnded = byte === CLOSE;
    const isElement = !(this.#isEnded && this.#count === 0 && length === 0);
    this.#count += 1;
    return isElement;
  }
}

/**
 * Returns the elements of a file that is one JCS array, one after another, for an array of any length. Throws FormatError
 * unless the file is exactly that. An element has at most two megabytes.
 */
export async function* jsonElements(file: string, chunks: AsyncIterable<Chunk>): AsyncGenerator<Json> {
  const reader = new ElementReader(file);
  for await (const { bytes } of chunks) yield* reader.take(bytes);
  reader.finish();
}
