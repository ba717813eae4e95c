/** A value of a PDF dictionary, with the parts that signatures need. */
export type PdfValue =
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "number"; readonly value: number }
  /** A string in hexadecimal digits: the position of `<`, and of the byte after `>`. */
  | { readonly kind: "hex"; readonly at: number; readonly end: number }
  | { readonly kind: "array"; readonly items: readonly PdfValue[] }
  | { readonly kind: "dictionary"; readonly members: ReadonlyMap<string, PdfValue> }
  | { readonly kind: "other" };

/** Thrown for bytes that are not a dictionary (ISO 32000-2, section 7.3), or that two readers would read differently. */
export class PdfDamaged extends Error {
  override readonly name = "PdfDamaged";
}

const MAX_DEPTH = 16;
const MAX_MEMBERS = 256;
const BLANK = /[\0\t\n\f\r ]/;
const DELIMITER = /[\0\t\n\f\r ()<>[\]{}/%]/;

function isHexDigit(byte: number): boolean {
  const letter = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x66);
}

/** Reads one value after the other and keeps its position. */
class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
  ) {}

  #char(ahead = 0): string {
    const byte = this.bytes[this.at + ahead];
    if (byte === undefined) throw new PdfDamaged();
    return String.fromCharCode(byte);
  }

  #skip(): void {
    for (;;) {
      const char = this.#char();
      if (BLANK.test(char)) this.at += 1;
      else if (char === "%") while (!/[\r\n]/.test(this.#char())) this.at += 1;
      else return;
    }
  }

  #word(): string {
    let text = "";
    while (!DELIMITER.test(this.#char())) {
      text += this.#char();
      this.at += 1;
    }
    return text;
  }

  /** Reads a name. Escaped characters (#xx) are refused: some readers would see another name. */
  #name(): string {
    this.at += 1;
    const text = this.#word();
    if (text.includes("#")) throw new PdfDamaged();
    return text;
  }

  #hex(): PdfValue {
    const at = this.at;
    this.at += 1;
    while (isHexDigit(this.bytes[this.at] ?? 0)) this.at += 1;
    if (this.#char() !== ">") throw new PdfDamaged();
    this.at += 1;
    return { kind: "hex", at, end: this.at };
  }

  #string(): PdfValue {
    let depth = 0;
    do {
      const char = this.#char();
      if (char === "\\") this.at += 1;
      else if (char === "(") depth += 1;
      else if (char === ")") depth -= 1;
      this.at += 1;
    } while (depth > 0);
    return { kind: "other" };
  }

  #array(depth: number): PdfValue {
    const items: PdfValue[] = [];
    this.at += 1;
    for (;;) {
      this.#skip();
      if (this.#char() === "]") break;
      if (items.length >= MAX_MEMBERS) throw new PdfDamaged();
      items.push(this.value(depth + 1));
    }
    this.at += 1;
    return { kind: "array", items };
  }

  #dictionary(depth: number): PdfValue {
    const members = new Map<string, PdfValue>();
    this.at += 2;
    for (;;) {
      this.#skip();
      if (this.#char() === ">" && this.#char(1) === ">") break;
      const isNumber = /[0-9R]/.test(this.#char());
      // The rest of an indirect reference: a generation and the letter R.
      if (isNumber) {
        this.#word();
        continue;
      }
      if (this.#char() !== "/") throw new PdfDamaged();
      const name = this.#name();
      if (members.has(name) || members.size >= MAX_MEMBERS) throw new PdfDamaged();
      members.set(name, this.value(depth + 1));
    }
    this.at += 2;
    return { kind: "dictionary", members };
  }

  value(depth = 0): PdfValue {
    if (depth > MAX_DEPTH) throw new PdfDamaged();
    this.#skip();
    const char = this.#char();
    if (char === "/") return { kind: "name", text: this.#name() };
    if (char === "(") return this.#string();
    if (char === "[") return this.#array(depth);
    if (char === "<") return this.#char(1) === "<" ? this.#dictionary(depth) : this.#hex();
    const word = this.#word();
    if (word === "") throw new PdfDamaged();
    return /^\d{1,12}$/.test(word) ? { kind: "number", value: Number(word) } : { kind: "other" };
  }
}

/** Returns the dictionary that begins at or after `at`. Throws PdfDamaged, also for a duplicate member. */
export function readDictionary(bytes: Uint8Array, at: number): ReadonlyMap<string, PdfValue> {
  const value = new Reader(bytes, at).value();
  if (value.kind !== "dictionary") throw new PdfDamaged();
  return value.members;
}
