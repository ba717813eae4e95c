import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { OrderSelector } from "@/lib/authorities/schema";
import { endOfDate, lastDayAccepted } from "@/lib/days";
import { CalendarDate, Instant, InstantOrUtc } from "@/lib/schema";
import { INSTANT_PLACES, isOfFormat, placeName } from "@/lib/testing/routes/instant-places";

const TOO_LATE = "9999-12-31T23:59:59-12:00";
const TOO_EARLY = "0000-01-01T00:00:00Z";
const FIRST = "0001-01-01T00:00:00Z";
const LAST = "9999-12-31T23:59:59Z";

const PLACES = INSTANT_PLACES.map((place) => ({ ...place, name: placeName(place) }));
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
      expect(error?.issues.map(({ message }) => message).join()).toMatch(/the years 0001 to 9999/);
    }
    for (const value of [FIRST, LAST, "0000-12-31T23:59:59-12:00"]) expect(isRead(schema, value)).toBe(true);
  });

  it.each(DATES)("$name takes days from 1 Jan 2000 to 30 years ahead", ({ schema }) => {
    const last = lastDayAccepted();
    const dayAfter = endOfDate(last).toISOString().slice(0, 10);
    for (const value of ["1999-12-31", dayAfter, "0001-01-01", "9999-12-31"]) {
      const { error } = schema.safeParse(value);
      expect(error?.issues.map(({ message }) => message).join()).toContain(`between 2000-01-01 and ${last}`);
    }
    for (const value of ["2000-01-01", last]) expect(isRead(schema, value)).toBe(true);
  });

  it("end 30 years ahead on the same day, on 28 Feb where that year has no 29 Feb", () => {
    expect(lastDayAccepted(new Date("2026-11-29T23:59:59Z"))).toBe("2056-11-29");
    expect(lastDayAccepted(new Date("2028-02-29T00:00:00Z"))).toBe("2058-02-28");
  });

  it("have one reason each when their form is wrong", () => {
    for (const text of ["tomorrow", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00"])
      expect(Instant.safeParse(text).error?.issues).toHaveLength(1);
    expect(CalendarDate.safeParse("2026-02-30").error?.issues).toHaveLength(1);
  });

  it("may have their letters in small letters, as RFC 3339 allows, and go on in capitals", () => {
    expect(Instant.parse("2026-11-29t12:00:00.5z")).toBe("2026-11-29T12:00:00.5Z");
    expect(Instant.parse("2026-11-29t12:00:00+01:00")).toBe("2026-11-29T12:00:00+01:00");
    for (const text of ["2026-11-29t12:00:00", "2026-11-29t12:00:00z"])
      expect(InstantOrUtc.parse(text)).toBe("2026-11-29T12:00:00Z");
    for (const { schema } of INSTANTS) expect(isRead(schema, "2026-11-29t12:00:00z")).toBe(true);
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
