import { shownJson, shownText } from "@/lib/audit/bundle-verifier/report/shown-text";

// Text from a portal may contain control codes for the terminal. So it is written only through these functions.

/** Maximum length of a text that is shown whole. The API returns no longer text. */
const WHOLE = 1 << 20;

/** Returns text from a portal on one line, without control codes. */
export function oneLine(text: string): string {
  return shownText(text, WHOLE);
}

/** Returns the lines of a text from a portal, each without control codes. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\n/).map(oneLine);
}

/** Returns a JSON value on one line, as in NDJSON. Parsing it gives the same value. */
export function jsonLine(value: unknown): string {
  // Newlines and leading blanks occur only between members, never inside a string of shownJson.
  return shownJson(value)
    .split("\n")
    .map((line) => line.trimStart())
    .join("");
}

/** Returns a value for a person: text as it is, any other value as JSON. */
export function shownValue(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? oneLine(value) : jsonLine(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function factsOf(value: Readonly<Record<string, unknown>>, prefix: string): [string, readonly string[]][] {
  return Object.entries(value).flatMap(([name, member]): [string, readonly string[]][] => {
    const label = `${prefix}${oneLine(name)}`;
    // Its signature and leaf help programs only, which ask for JSON.
    if (name === "receipt" && isRecord(member)) return [[label, [shownValue(member.entry_id)]]];
    if (isRecord(member)) return factsOf(member, `${label}.`);
    if (Array.isArray(member) && member.some(isRecord))
      return member.length === 0 ? [] : [[label, member.map(shownValue)]];
    if (Array.isArray(member)) return [[label, [member.map(shownValue).join(", ")]]];
    return [[label, typeof member === "string" ? linesOf(member) : [shownValue(member)]]];
  });
}

/**
 * Returns an object's members as lines for a person. Members of inner objects have dotted names; a receipt is
 * its entry's id. Continued lines are indented.
 */
export function factLines(value: Readonly<Record<string, unknown>>): string[] {
  const facts = factsOf(value, "");
  const width = Math.min(28, Math.max(0, ...facts.map(([label]) => label.length)));
  return facts.flatMap(([label, lines]) =>
    lines.map((line, at) => `${(at === 0 ? label : "").padEnd(width)}  ${line}`.trimEnd()),
  );
}
