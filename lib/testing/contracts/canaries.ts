import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

// No `server-only` here: Playwright's loader reads this file too.

const MIN_BYTES = 4;

/** Returns base64 of the bytes at each alignment, in both alphabets, without the characters that depend on neighbouring bytes. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    const inner = text.slice(shift === 0 ? 0 : 4, -4);
    return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

/** Returns every form in which a value could be stored: as it is, in hex, in base64, and as a list of byte numbers. */
export function formsOf(value: string | Uint8Array): Buffer[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString("hex");
  const forms = [hex, hex.toUpperCase(), bytes.join(","), ...base64Forms(bytes)];
  return [bytes, ...forms.map((form) => Buffer.from(form))].filter((form) => form.length >= MIN_BYTES);
}

interface Needle {
  readonly name: string;
  readonly bytes: Buffer;
}

const wordAt = (bytes: Buffer, at: number): number => bytes.readUInt32BE(at);

/** Searches for any number of values in all their forms, in one pass over the content. */
export class CanaryScanner {
  private readonly byWord = new Map<number, Needle[]>();
  private readonly firsts = new Uint8Array(2 ** 16);

  /** Adds a value. `name` is reported when it is found, never the value. */
  add(name: string, value: string | Uint8Array): void {
    for (const bytes of formsOf(value)) {
      const word = wordAt(bytes, 0);
      this.byWord.set(word, [...(this.byWord.get(word) ?? []), { name, bytes }]);
      this.firsts[word >>> 16] = 1;
    }
  }

  /** Returns the names of the values in these bytes, or in this text with or without its white space. */
  find(content: Buffer | string): string[] {
    const found = new Set<string>();
    const texts = typeof content === "string" ? [content, content.replaceAll(/\s/g, "")] : [content];
    for (const text of texts) this.search(Buffer.from(text), found);
    return [...found].sort();
  }

  private search(bytes: Buffer, found: Set<string>): void {
    for (let at = 0; at + MIN_BYTES <= bytes.length; at += 1) {
      if (this.firsts[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)] === 0) continue;
      for (const needle of this.byWord.get(wordAt(bytes, at)) ?? []) {
        if (bytes.subarray(at, at + needle.bytes.length).equals(needle.bytes)) found.add(needle.name);
      }
    }
  }

  /** Returns the same for a file; a file that no longer exists contains none. */
  findInFile(file: string): string[] {
    try {
      return this.find(readFileSync(file));
    } catch (error) {
      if (Reflect.get(Object(error), "code") === "ENOENT") return [];
      throw error;
    }
  }
}

/** Returns all files below a folder, following links. */
export function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory() || entry.isSymbolicLink()) {
      try {
        yield* filesBelow(full);
      } catch (error) {
        if (Reflect.get(Object(error), "code") !== "ENOTDIR") throw error;
        yield full;
      }
    } else if (entry.isFile()) yield full;
  }
}
