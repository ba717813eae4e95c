import type { z } from "zod";
import { jsonPointer } from "@/lib/crypto/json/strict-json-parser";
import type { FieldError } from "@/lib/errors";

/** An issue before it has a message. */
type Issue = z.core.$ZodRawIssue;

const NAMED_TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  bigint: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
  date: "a time",
};

const FORMATS: Readonly<Record<string, string>> = {
  uuid: "must be an id of 36 characters (a UUID)",
  uuidv7: "must be an id of 36 characters (a UUID of version 7)",
  guid: "must be an id of 36 characters (a UUID)",
  datetime: "must be a time with its zone, such as 2026-11-29T17:00:00Z",
  date: "must be a day, such as 2026-11-29",
  time: "must be a time of day, such as 17:00",
  email: "must be an e-mail address",
  url: "must be an address that begins with https://",
  base64: "must be base64",
  base64url: "must be base64url without padding",
  ipv4: "must be an IPv4 address",
  ipv6: "must be an IPv6 address",
  json_string: "must be JSON",
};

/** So many values of a list are named; the reference of the API has all. */
const MOST_VALUES = 20;

function valuesOf(values: readonly unknown[]): string {
  const named = values.slice(0, MOST_VALUES).map((value) => String(value));
  const more = values.length - named.length;
  if (values.length === 1) return `must be ${named[0]}`;
  return `must be one of ${named.join(", ")}${more > 0 ? ` or ${more} more` : ""}`;
}

const UNITS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ["character", "characters"],
  array: ["item", "items"],
  set: ["item", "items"],
  map: ["member", "members"],
  object: ["member", "members"],
  record: ["member", "members"],
};

type Bound = Extract<Issue, { code: "too_big" | "too_small" }>;

function boundOf(issue: Bound, bound: number | bigint, words: readonly [string, string]): string {
  const unit = UNITS[issue.origin];
  const isMinimum = issue.code === "too_small";
  if (unit === undefined) {
    const [inclusive, exclusive] = words;
    return `must be ${issue.inclusive === false ? exclusive : inclusive} ${bound}`;
  }
  if (isMinimum && Number(bound) === 1 && issue.exact !== true) return "must not be empty";
  const counted = `${bound} ${Number(bound) === 1 ? unit[0] : unit[1]}`;
  if (issue.exact === true) return `must have exactly ${counted}`;
  return `must have ${isMinimum ? "at least" : "at most"} ${counted}`;
}

function typeOf(issue: Extract<Issue, { code: "invalid_type" }>): string {
  if (issue.input === undefined) return "is missing";
  return `must be ${NAMED_TYPES[issue.expected] ?? "of another type"}`;
}

/**
 * Says what to do about a value that a schema refused, where the schema has no sentence of its own. It names types,
 * limits and allowed values, never the value that was sent. Pass it as `error` to `safeParse`.
 */
function sayIssue(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return typeOf(issue);
    case "invalid_value":
      return issue.input === undefined ? "is missing" : valuesOf(issue.values);
    case "too_big":
      return boundOf(issue, issue.maximum, ["at most", "less than"]);
    case "too_small":
      return boundOf(issue, issue.minimum, ["at least", "more than"]);
    case "invalid_format":
      return FORMATS[issue.format] ?? "must have the form that the reference of this call describes";
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return "is not a member of this schema";
    case "invalid_union":
      return issue.input === undefined ? "is missing" : "matches none of the allowed forms";
    case "invalid_key":
      return "has a member with a name that is not allowed";
    default:
      return "has a value that is not allowed";
  }
}

/** Returns the refused places of an issue, by JSON Pointer below `above`, each with a sentence. */
export function fieldErrorsOf(issue: z.core.$ZodIssue, above: readonly string[] = []): FieldError[] {
  const path = [...above, ...issue.path.map(String)];
  const keys = issue.code === "unrecognized_keys" ? issue.keys : [];
  if (keys.length === 0) return [{ pointer: jsonPointer(path), detail: issue.message }];
  return keys.map((key) => ({ pointer: jsonPointer([...path, key]), detail: issue.message }));
}

/** Parses with a schema; what it refuses has the sentences of `sayIssue`. */
export function parseSaid<S extends z.ZodType>(schema: S, value: unknown): z.ZodSafeParseResult<z.output<S>> {
  return schema.safeParse(value, { error: sayIssue });
}
