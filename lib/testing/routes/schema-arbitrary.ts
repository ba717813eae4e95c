import fc from "fast-check";
import { isRecord } from "@/lib/api-client/openapi/json-schema";
import { tableOfMember } from "@/lib/testing/routes/kinds";

type Schema = Readonly<Record<string, unknown>>;

/** Texts that exist in the world of the test, so that generated input finds something now and then. */
export interface Known {
  /** By table. */
  readonly ids: ReadonlyMap<string, readonly string[]>;
  readonly names: readonly string[];
}

/** Nothing is known: all values are generated. */
export const NOTHING: Known = { ids: new Map(), names: [] };

/** Returns ids for a member of this name: those of its kind, or of any kind if its name is not listed. */
function idsFor({ ids }: Known, name: string): readonly string[] {
  const table = tableOfMember(name);
  return table === undefined ? [...ids.values()].flat() : (ids.get(table) ?? []);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

const LONGEST_LIST = 3;
const LONGEST_TEXT = 40;
const DAY_MS = 86_400_000;
const WORDS = [
  "audit",
  "amount",
  "EUR",
  "approve",
  "DE",
  "Examination of a settlement",
  "2026-Q3",
  "1000",
  "é ü 漢",
];

/** Generates words and texts of a length that fits. It avoids filters that reject everything, because those never end. */
function wordsArbitrary(min: number, max: number): fc.Arbitrary<string> {
  const words = WORDS.filter((word) => word.length >= min && word.length <= max);
  const made = fc.string({ minLength: min, maxLength: Math.min(max, Math.max(min, LONGEST_TEXT)) });
  return words.length === 0 ? made : fc.oneof(fc.constantFrom(...words), made);
}

/** Generates a text of a pattern. If the library cannot read the pattern, or it rarely gives that length, any text of the length. */
function patternArbitrary(pattern: string, min: number, max: number): fc.Arbitrary<string> {
  try {
    const made = fc.stringMatching(new RegExp(pattern));
    const fitting = fc
      .sample(made, { numRuns: 60, seed: 1 })
      .filter((text) => text.length >= min && text.length <= max);
    return fitting.length === 0 ? wordsArbitrary(min, max) : fc.constantFrom(...fitting);
  } catch {
    return wordsArbitrary(min, max);
  }
}

function textArbitrary(schema: Schema, known: Known, name: string): fc.Arbitrary<string> {
  const { format, pattern } = schema;
  const min = numberOf(schema.minLength, 0);
  if (format === "uuid") {
    const fresh = fc.uuid({ version: [4, 7] });
    const ids = idsFor(known, name);
    return ids.length === 0 ? fresh : fc.oneof({ arbitrary: fc.constantFrom(...ids), weight: 6 }, fresh);
  }
  if (format === "date-time")
    return fc.oneof(
      {
        arbitrary: fc
          .integer({ min: -30, max: 60 })
          .map((days) => new Date(Date.now() + days * DAY_MS).toISOString()),
        weight: 4,
      },
      fc.constantFrom("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
    );
  if (format === "date") return fc.constantFrom("2000-01-01", "2026-01-01", "2027-12-31", "2055-12-31");
  if (format === "email") return fc.emailAddress();
  if (format === "uri") return fc.webUrl();
  const named = known.names.filter(
    (one) =>
      one.length <= numberOf(schema.maxLength, Infinity) &&
      (typeof pattern !== "string" || new RegExp(pattern).test(one)),
  );
  const longest = numberOf(schema.maxLength, Infinity);
  const made =
    typeof pattern === "string" ? patternArbitrary(pattern, min, longest) : wordsArbitrary(min, longest);
  return named.length === 0 ? made : fc.oneof(fc.constantFrom(...named), made);
}

function listArbitrary(schema: Schema, known: Known, name: string): fc.Arbitrary<unknown> {
  if (Array.isArray(schema.prefixItems))
    return fc.tuple(...schema.prefixItems.map((item) => schemaArbitrary(item, known, name)));
  const min = numberOf(schema.minItems, 0);
  const max = Math.min(numberOf(schema.maxItems, LONGEST_LIST), Math.max(min, LONGEST_LIST));
  return fc.uniqueArray(schemaArbitrary(schema.items, known, name), {
    minLength: Math.min(min, max),
    maxLength: max,
    selector: (item) => JSON.stringify(item),
  });
}

function objectArbitrary(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required)
    ? schema.required.filter((name) => typeof name === "string")
    : [];
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, member]) => [name, schemaArbitrary(member, known, name)]),
  );
  const named = fc.record(members, { requiredKeys: required });
  if (!isSchema(schema.additionalProperties) || !isSchema(schema.propertyNames)) return named;
  return fc.dictionary(
    textArbitrary(schema.propertyNames, known, "").filter((name) => name !== "__proto__"),
    schemaArbitrary(schema.additionalProperties, known),
    { maxKeys: LONGEST_LIST },
  );
}

/** Generates values that fit a JSON Schema of our OpenAPI document. They may miss what refinements check in addition. */
export function schemaArbitrary(given: unknown, known: Known, name = ""): fc.Arbitrary<unknown> {
  if (!isSchema(given)) return fc.jsonValue({ maxDepth: 2 });
  const choices = given.anyOf ?? given.oneOf;
  if (Array.isArray(choices))
    return fc.oneof(...choices.map((choice) => schemaArbitrary(choice, known, name)));
  if (Array.isArray(given.enum)) return fc.constantFrom(...given.enum);
  if ("const" in given) return fc.constant(given.const);
  if (Array.isArray(given.allOf) && given.type === "string") {
    const [first] = given.allOf;
    return textArbitrary({ ...given, ...(isSchema(first) ? first : {}) }, known, name);
  }
  switch (given.type) {
    case "string":
      return textArbitrary(given, known, name);
    case "integer":
      return fc.integer({
        min: Math.max(numberOf(given.minimum, 0), -1e6),
        max: Math.min(numberOf(given.maximum, 100), 1e6),
      });
    case "number":
      return fc.double({
        min: numberOf(given.minimum, -100),
        max: numberOf(given.maximum, 100),
        noNaN: true,
      });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return listArbitrary(given, known, name);
    case "object":
      return objectArbitrary(given, known);
    default:
      return "not" in given ? fc.constant(undefined) : fc.jsonValue({ maxDepth: 3 });
  }
}

const NASTY: readonly unknown[] = [
  null,
  "",
  " ",
  "\u0000",
  "\u202e",
  "'; DROP TABLE app_user; --",
  "=1+1",
  "../../etc/passwd",
  "x".repeat(20_000),
  "00000000-0000-7000-8000-000000000000",
  "+275760-09-13T00:00:00Z",
  "9999-12-31T23:59:59.999999999Z",
  "0000-01-01T00:00:00Z",
  0,
  -0,
  -1,
  1.5,
  9_007_199_254_740_991,
  1e308,
  true,
  [],
  {},
  [[[[]]]],
  { __proto__: null, constructor: 1 },
];

/** Returns a value with one place, chosen by number, changed; the value itself if it has no such place. */
function withChanged(value: unknown, at: number, change: (old: unknown) => unknown): unknown {
  let left = at;
  const walk = (node: unknown): unknown => {
    left -= 1;
    if (left < 0) {
      left = Infinity;
      return change(node);
    }
    if (Array.isArray(node)) return node.map(walk);
    if (!isSchema(node)) return node;
    return Object.fromEntries(Object.entries(node).map(([name, member]) => [name, walk(member)]));
  };
  return walk(value);
}

function isDeletable(value: unknown): value is Schema {
  return isSchema(value) && Object.keys(value).length > 0;
}

/** Generates values near those that fit: a member missing, one too many, or a hostile value in one place. */
export function nearlyArbitrary(schema: unknown, known: Known): fc.Arbitrary<unknown> {
  const nasty = fc.oneof(fc.constantFrom(...NASTY), fc.jsonValue({ maxDepth: 3 }));
  return fc
    .tuple(schemaArbitrary(schema, known), fc.nat(12), nasty, fc.constantFrom("put", "drop", "add"))
    .map(([value, at, bad, kind]) =>
      withChanged(value, kind === "put" ? at : 0, (old) => {
        if (kind === "put" || !isDeletable(old)) return bad;
        if (kind === "add") return { ...old, "no such member": bad };
        const names = Object.keys(old);
        const dropped = names[at % names.length];
        return Object.fromEntries(Object.entries(old).filter(([name]) => name !== dropped));
      }),
    );
}

function targetOf(document: unknown, reference: string): unknown {
  return reference
    .slice(2)
    .split("/")
    .reduce<unknown>((place, name) => (isRecord(place) ? place[name] : undefined), document);
}

/** Returns a part of an OpenAPI document with its references resolved. A reference to a part that contains it allows any value. */
export function resolved(document: unknown, part: unknown, within: readonly string[] = []): unknown {
  if (Array.isArray(part)) return part.map((one) => resolved(document, one, within));
  if (!isRecord(part)) return part;
  const { $ref: reference } = part;
  if (typeof reference === "string" && reference.startsWith("#/"))
    return within.includes(reference)
      ? {}
      : resolved(document, targetOf(document, reference), [...within, reference]);
  return Object.fromEntries(
    Object.entries(part).map(([name, one]) => [name, resolved(document, one, within)]),
  );
}
