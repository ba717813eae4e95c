import { isRecord, type JsonSchema, membersOf } from "@/lib/api-client/openapi/json-schema";

/** One member for a reader: its name with those above it, its possible types and its description. */
export interface MemberRow {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description?: string;
}

const LONG_CHOICE = 24;

function choices(values: readonly unknown[]): string {
  const shown = values.slice(0, LONG_CHOICE).map(String).join(" | ");
  return values.length > LONG_CHOICE ? `${shown} | …` : shown;
}

function span(low: unknown, high: unknown, unit: string): string {
  const isReal = (limit: unknown): limit is number =>
    typeof limit === "number" && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
  if (isReal(low) && isReal(high)) return ` (${low === high ? low : `${low} to ${high}`}${unit})`;
  if (isReal(high)) return ` (at most ${high}${unit})`;
  return isReal(low) && low > 0 ? ` (at least ${low}${unit})` : "";
}

function waysOf({ anyOf, oneOf }: JsonSchema): readonly JsonSchema[] {
  const ways = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
  return ways.filter(isRecord);
}

function textType({ format, minLength, maxLength }: JsonSchema): string {
  return typeof format === "string"
    ? `string (${format})`
    : `string${span(minLength, maxLength, " characters")}`;
}

/** Returns what a value of this schema may be, in a few words. */
export function typeOf(schema: JsonSchema): string {
  const { type, const: only, enum: some, items, minItems, maxItems, minimum, maximum } = schema;
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(some)) return choices(some);
  const ways = waysOf(schema);
  if (ways.length > 0) return [...new Set(ways.map(typeOf))].join(" or ");
  if (type === "array")
    return `list of ${isRecord(items) ? typeOf(items) : "values"}${span(minItems, maxItems, " items")}`;
  if (type === "string") return textType(schema);
  if (type === "integer" || type === "number") return `${type}${span(minimum, maximum, "")}`;
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one })).join(" or ");
  return typeof type === "string" ? type : "any JSON";
}

/**
 * Returns the schema whose members are listed below a member: its own, those of a list's items, or of the only variant
 * with members.
 */
function inner(schema: JsonSchema): { readonly schema: JsonSchema; readonly mark: string } | undefined {
  if (isRecord(schema.properties)) return { schema, mark: "" };
  if (isRecord(schema.items)) {
    const below = inner(schema.items);
    return below === undefined ? undefined : { schema: below.schema, mark: `[]${below.mark}` };
  }
  // What a replay answers are members of the first answer.
  const ways = waysOf(schema).filter(({ title }) => title !== "Replayed");
  const withMembers = ways.flatMap((way) => inner(way) ?? []);
  return withMembers.length === 1 ? withMembers[0] : undefined;
}

/** The members of a schema, those of inner objects below their own as deep as asked; the items of a page always. */
function rowsOf(schema: JsonSchema, levels: number, prefix = ""): MemberRow[] {
  const { members, required } = membersOf(schema);
  return members.flatMap(([name, member]) => {
    const row = {
      name: `${prefix}${name}`,
      type: typeOf(member),
      isRequired: required.has(name),
      ...(typeof member.description === "string" ? { description: member.description } : {}),
    };
    const isPage = prefix === "" && name === "items";
    const below = levels > 0 || isPage ? inner(member) : undefined;
    if (below === undefined) return [row];
    return [row, ...rowsOf(below.schema, Math.max(levels - 1, 0), `${row.name}${below.mark}.`)];
  });
}

/** Returns the members of an object schema, or those of a list's items, with this many levels of inner objects. */
export function membersBelow(schema: JsonSchema, levels: number): MemberRow[] {
  const whole = inner(schema);
  return whole === undefined ? [] : rowsOf(whole.schema, levels, whole.mark === "" ? "" : `${whole.mark}.`);
}
