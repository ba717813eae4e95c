/** A value of JSON's data model (RFC 8259). */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue };

/** Maximum depth of nested objects and arrays, in writing and in reading. */
export const MAX_JSON_DEPTH = 64;

/** JSON Pointer of a path of member names and indices (RFC 6901 section 3). */
export function jsonPointer(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
