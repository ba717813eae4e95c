import { utf8 } from "../bytes";
import { FormatError } from "../format-error";
import { type JsonValue, jsonPointer, MAX_JSON_DEPTH, StrictJsonParser } from "./strict-json-parser";

/** A value of JSON's data model (RFC 8259). */
export type Json = JsonValue;

function refuse(message: string, path: readonly string[]): never {
  throw new FormatError("format.json", message, { pointer: jsonPointer(path) });
}

/** Printable ASCII without a quotation mark or a backslash, which JSON writes unchanged: half the time of its own writer. */
const PLAIN = /^[ !#-[\]-~]*$/;

function writeString(text: string, path: readonly string[]): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) refuse("a lone surrogate", path);
  return JSON.stringify(text);
}

function writeArray(items: readonly unknown[], path: string[]): string {
  let out = "[";
  for (let index = 0; index < items.length; index++) {
    path.push(String(index));
    out += `${index === 0 ? "" : ","}${write(items[index], path)}`;
    path.pop();
  }
  return `${out}]`;
}

function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function writeObject(value: object, path: string[]): string {
  if (!isPlainObject(value)) refuse("not a plain object", path);
  let out = "{";
  let first = true;
  // Array.prototype.sort compares UTF-16 code units, which is the order of RFC 8785 section 3.2.3.
  for (const name of Object.keys(value).sort()) {
    path.push(name);
    out += `${first ? "" : ","}${writeString(name, path)}:${write(value[name], path)}`;
    first = false;
    path.pop();
  }
  return `${out}}`;
}

function write(value: unknown, path: string[]): string {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return writeString(value, path);
    case "boolean":
      return value ? "true" : "false";
    case "number":
      if (!Number.isFinite(value)) refuse("not a finite number", path);
      // ECMAScript's own number serialisation is RFC 8785 section 3.2.2.3, negative zero included.
      return JSON.stringify(value);
    case "object":
      if (path.length >= MAX_JSON_DEPTH) refuse("nested too deeply", path);
      return Array.isArray(value) ? writeArray(value, path) : writeObject(value, path);
    default:
      return refuse(`a value of type ${typeof value}`, path);
  }
}

/**
 * Returns the RFC 8785 (JCS) text of a value. Refuses values outside JSON (undefined, functions, bigint, non-finite
 * numbers, sparse arrays, class instances such as Date) and lone surrogates (I-JSON, RFC 7493 section 2.1).
 */
export function canonicalJson(value: unknown): string {
  return write(value, []);
}

/** `canonicalJson` in UTF-8, the bytes that are hashed, signed and sealed. */
export function canonicalBytes(value: unknown): Uint8Array {
  return utf8(canonicalJson(value));
}

/** Whether the names of a value may come in any order or only in that of JCS. */
type Order = "any" | "sorted";

/** Returns whether the nesting is not too deep and the names are in order. */
function isWithin(value: Json, order: Order, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth >= MAX_JSON_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isWithin(item, order, depth + 1));
  let before: string | undefined;
  // An inherited name could only make this false.
  for (const name in value) {
    if (order === "sorted" && before !== undefined && before >= name) return false;
    before = name;
    const member = value[name];
    if (typeof member === "object" && !isWithin(member, order, depth + 1)) return false;
  }
  return true;
}

/**
 * Returns whether a fast test shows that a text has one reading: ECMAScript's own writer returns it, which it would not
 * with a duplicate member or a number that reads differently, and no surrogate is written as an escape. It rejects some
 * good texts but never accepts another text (property tests). It checks the depth first, because only the stack limits
 * ECMAScript's writer.
 */
function isWrittenAgain(value: Json, text: string, order: Order): boolean {
  return isWithin(value, order) && JSON.stringify(value) === text && !text.includes("\\ud");
}

/**
 * Returns the value of a text if the text is exactly its JCS text. A duplicate member, a number that reads differently or
 * any other spelling would be written differently. So the comparison refuses all of them at once.
 */
export function parseCanonicalJson(text: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FormatError("format.json", "not JSON");
  }
  if (!isWrittenAgain(value, text, "sorted") && canonicalJson(value) !== text)
    throw new FormatError("format.json", "not in canonical form");
  return value;
}

/**
 * Parses JSON (RFC 8259) under I-JSON's rules (RFC 7493 section 2). Refused: duplicate members, lone surrogates, nesting
 * beyond 64, and numbers whose double is written as another number than the text (1e400, 12345678901234567890,
 * 0.1000000000000000055). Errors name the place by JSON Pointer.
 */
export function parseStrictJson(text: string): unknown {
  return parseQuickly(text) ?? new StrictJsonParser(text).document();
}

/** Of a longer text the strict parser refuses a bad beginning before it takes memory for the rest. */
const QUICK_LENGTH = 1024 * 1024;

/** Programs that use JSON.stringify send texts that this reads, in a quarter of the parser's time. Undefined for others. */
function parseQuickly(text: string): Json | undefined {
  if (text.length > QUICK_LENGTH) return undefined;
  try {
    const value: Json = JSON.parse(text);
    return isWrittenAgain(value, text, "any") ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Returns a member of an object. Undefined for any other value. */
export function memberOf(value: Json | undefined, name: string): Json | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, name) ? value[name] : undefined;
}
