import { describe, expect, it } from "vitest";
import { z } from "zod";
import { OPERATIONS } from "@/lib/api-client/registry";
import { OrderSelector } from "@/lib/authorities/schema";
import { CalendarDate, endOfDate, Instant } from "@/lib/schema";

const TOO_LATE = "9999-12-31T23:59:59-12:00";
const TOO_EARLY = "0000-01-01T00:00:00Z";
const FIRST = "0001-01-01T00:00:00Z";
const LAST = "9999-12-31T23:59:59Z";

/** A member of an operation's input, with the schema that reads it. */
interface Place {
  readonly name: string;
  readonly schema: z.ZodType;
}

/** Schemas that share a value with this one: its options, what it wraps, both ends of a pipe. */
function samePlace(schema: z.ZodType): z.ZodType[] {
  const { def } = schema as unknown as { def: Readonly<Record<string, unknown>> };
  const found = [def.innerType, def.in, def.out, def.left, def.right, ...[def.options].flat()];
  return found.filter((one): one is z.ZodType => one instanceof z.ZodType);
}

/** Whether a text in the form of RFC 3339 can be read here, directly or by one of several options. */
function isOfFormat(schema: z.ZodType, format: "datetime" | "date"): boolean {
  if (schema instanceof z.ZodStringFormat && schema.format === format) return true;
  return samePlace(schema).some((one) => isOfFormat(one, format));
}

function membersBelow(schema: z.ZodType, name: string): Place[] {
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, member]) => placesOf(member, `${name}/${key}`));
  if (schema instanceof z.ZodArray) return placesOf(schema.element as z.ZodType, `${name}/*`);
  if (schema instanceof z.ZodRecord) return placesOf(schema.valueType as z.ZodType, `${name}/?`);
  return samePlace(schema).flatMap((one) => membersBelow(one, name));
}

/** Every place at or below a schema that takes an instant or a date. */
function placesOf(schema: z.ZodType, name: string): Place[] {
  if (isOfFormat(schema, "datetime") || isOfFormat(schema, "date")) return [{ name, schema }];
  return membersBelow(schema, name);
}

const PLACES = OPERATIONS.flatMap((operation) =>
  (["params", "query", "body"] as const).flatMap((part) => {
    const schema = operation[part];
    return schema === undefined ? [] : placesOf(schema, `${operation.id} ${part} `);
  }),
);
const INSTANTS = PLACES.filter(({ schema }) => isOfFormat(schema, "datetime"));
const DATES = PLACES.filter(({ schema }) => isOfFormat(schema, "date"));
const isRead = (schema: z.ZodType, value: string): boolean => schema.safeParse(value).success;

describe("instants of operations", () => {
  it("are found in every known kind of place", () => {
    const names = PLACES.map(({ name }) => name);
    for (const known of [
      "createRequest body /from",
      "createRequest body /query/to",
      "attachAuthorization body /sealed/until",
      "listAccessLogs query /start_time",
      "createApiKey body /expires_at",
      "registerAuthority body /valid_until",
      "signRelease body /confirms/valid_from",
      "setOrganisationHours body /closed_dates/*",
    ])
      expect(names).toContain(known);
    expect(INSTANTS.length).toBeGreaterThanOrEqual(30);
  });

  it.each(INSTANTS)("$name is bounded to the years 0001 to 9999 in UTC", ({ schema }) => {
    for (const value of [TOO_LATE, TOO_EARLY, "0001-01-01T00:00:00+00:01"]) {
      const { error } = schema.safeParse(value);
      expect(error?.issues.map(({ message }) => message).join()).toMatch(/outside the years 0001 to 9999/);
    }
    for (const value of [FIRST, LAST, "0000-12-31T23:59:59-12:00"]) expect(isRead(schema, value)).toBe(true);
  });

  it.each(DATES)("$name takes dates of the years 0001 to 9999 only", ({ schema }) => {
    expect(isRead(schema, "0000-12-31")).toBe(false);
    for (const value of ["0001-01-01", "9999-12-31"]) expect(isRead(schema, value)).toBe(true);
  });

  it("have one reason each when their form is wrong", () => {
    for (const text of ["tomorrow", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00"])
      expect(Instant.safeParse(text).error?.issues).toHaveLength(1);
    expect(CalendarDate.safeParse("2026-02-30").error?.issues).toHaveLength(1);
  });

  it("end with the last instant where a date has no next day", () => {
    expect(endOfDate("2026-12-31").toISOString()).toBe("2027-01-01T00:00:00.000Z");
    expect(isRead(Instant, endOfDate("9999-12-31").toISOString())).toBe(true);
  });

  it("have the same bounds in a signed order's selector", () => {
    expect(isRead(OrderSelector.shape.from, TOO_EARLY)).toBe(false);
    for (const value of [FIRST, LAST]) expect(isRead(OrderSelector.shape.from, value)).toBe(true);
  });
});
