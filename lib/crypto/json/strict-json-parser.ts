import { FormatError } from "../format-error";

/** A value of JSON's data model (RFC 8259). */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue };

/** Maximum depth of nested objects and arrays, in writing and in reading. */
export const MAX_JSON_DEPTH = 64;

/** JSON Pointer of a path of member names and indices (RFC 6901 section 3). */
export function jsonPointer(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

const WHITE_SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// A string token with unchecked escapes. JSON.parse of the token checks them.
const STRING = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
const LITERAL = /true|false|null/y;
const DECIMAL = /^-?([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;
const MAX_NUMBER_CHARACTERS = 1024;

/** The decimal value of a number's text as significant digits and an exponent, sign left out. */
function decimalValue(text: string): string {
  const match = DECIMAL.exec(text);
  if (match === null) return "not a number";
  const fraction = match[2] ?? "";
  const digits = `${match[1] ?? ""}${fraction}`.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  const exponent =
    BigInt(match[3] ?? "0") - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${significant}e${exponent}`;
}

/** Returns whether the double nearest to the text is written as the same number. */
function isReadExactly(text: string, value: number): boolean {
  return Number.isFinite(value) && decimalValue(text) === decimalValue(String(value));
}

/** Parses one text once. `parseStrictJson` is its only caller. */
export class StrictJsonParser {
  readonly #text: string;
  readonly #path: string[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonValue {
    const value = this.#value();
    if (this.#peek() !== "") this.#refuse("text after the value");
    return value;
  }

  #refuse(message: string): never {
    throw new FormatError("format.json", message, { pointer: jsonPointer(this.#path), offset: this.#at });
  }

  #token(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match[0];
  }

  #peek(): string {
    this.#token(WHITE_SPACE);
    return this.#text.charAt(this.#at);
  }

  #take(expected: string): boolean {
    if (this.#peek() !== expected) return false;
    this.#at += 1;
    return true;
  }

  #value(): JsonValue {
    switch (this.#peek()) {
      case "{":
        return this.#object();
      case "[":
        return this.#array();
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  #enter(): void {
    if (this.#path.length >= MAX_JSON_DEPTH) this.#refuse("nested too deeply");
    this.#at += 1;
  }

  #object(): JsonValue {
    this.#enter();
    const members = new Map<string, JsonValue>();
    if (this.#take("}")) return {};
    do {
      if (this.#peek() !== '"') this.#refuse("a member name is missing");
      const name = this.#string();
      this.#path.push(name);
      if (members.has(name)) this.#refuse("a member occurs twice");
      if (!this.#take(":")) this.#refuse("a colon is missing");
      members.set(name, this.#value());
      this.#path.pop();
    } while (this.#take(","));
    if (!this.#take("}")) this.#refuse("an object does not end");
    // fromEntries defines own properties, so a member called __proto__ stays a member.
    return Object.fromEntries(members);
  }

  #array(): JsonValue {
    this.#enter();
    const items: JsonValue[] = [];
    if (this.#take("]")) return items;
    do {
      this.#path.push(String(items.length));
      items.push(this.#value());
      this.#path.pop();
    } while (this.#take(","));
    if (!this.#take("]")) this.#refuse("an array does not end");
    return items;
  }

  #string(): string {
    const token = this.#token(STRING);
    if (token === undefined) return this.#refuse("a string does not end");
    let value: unknown;
    try {
      value = JSON.parse(token);
    } catch {
      return this.#refuse("a malformed string");
    }
    if (typeof value !== "string") return this.#refuse("a malformed string");
    if (!value.isWellFormed()) return this.#refuse("a lone surrogate");
    return value;
  }

  #scalar(): JsonValue {
    const literal = this.#token(LITERAL);
    if (literal !== undefined) return literal === "null" ? null : literal === "true";
    const number = this.#token(NUMBER);
    if (number === undefined) return this.#refuse("not a JSON value");
    const value = Number(number);
    if (number.length > MAX_NUMBER_CHARACTERS || !isReadExactly(number, value)) {
      return this.#refuse("a number that programs read differently from its text");
    }
    return value;
  }
}
