import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

// Without `server-only`: Playwright's loader reads this file too.

const MIN_BYTES = 4;

/** Base64 of the bytes at each alignment, without what depends on their neighbours, in both alphabets. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    const inner = text.slice(shift === 0 ? 0 : 4, -4);
    return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

/** Every form in which a value could lie somewhere: as it is, in hex, in base64, and as a list of its bytes' numbers. */
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

/** Looks for any number of values in all their forms, in one pass over what is searched. */
export class CanaryScanner {
  private readonly byWord = new Map<number, Needle[]>();
  private readonly firsts = new Uint8Array(2 ** 16);

  /** `name` is what is told when it is found: never the value. */
  add(name: string, value: string | Uint8Array): void {
    for (const bytes of formsOf(value)) {
      const word = wordAt(bytes, 0);
      this.byWord.set(word, [...(this.byWord.get(word) ?? []), { name, bytes }]);
      this.firsts[word >>> 16] = 1;
    }
  }

  /** Names of the values that stand in these bytes, or in this text with or without its white space. */
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

  /** The same for a file; one that is gone by now holds nothing. */
  findInFile(file: string): string[] {
    try {
      return this.find(readFileSync(file));
    } catch (error) {
      if (Reflect.get(Object(error), "code") === "ENOENT") return [];
      throw error;
    }
  }
}

/** All files below a folder, links followed. */
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
