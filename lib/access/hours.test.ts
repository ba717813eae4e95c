import { describe, expect, it } from "vitest";
import { isOpen, localTime, OFFICE_HOURS, type WeeklyHours } from "@/lib/access/hours";

const berlin = { zone: "Europe/Berlin", holidays: [] };
const NIGHT: WeeklyHours = { "7": ["01:00", "04:00"] };

describe("local time", () => {
  it.each([
    ["Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29", "7", 2 * 3600 - 1],
    ["Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29", "7", 3 * 3600],
    ["Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25", "7", 2 * 3600 + 1800],
    ["Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25", "7", 2 * 3600 + 1800],
    ["America/New_York", "2026-03-08T06:59:59Z", "2026-03-08", "7", 2 * 3600 - 1],
    ["America/New_York", "2026-03-08T07:00:00Z", "2026-03-08", "7", 3 * 3600],
    ["Pacific/Kiritimati", "2026-11-24T10:00:00Z", "2026-11-25", "3", 0],
    ["Asia/Kathmandu", "2026-11-24T18:15:00Z", "2026-11-25", "3", 0],
    ["Australia/Lord_Howe", "2026-10-03T15:30:00Z", "2026-10-04", "7", 2 * 3600 + 1800],
    ["UTC", "2026-11-25T00:00:00Z", "2026-11-25", "3", 0],
  ])("in %s at %s", (zone, iso, date, weekday, secondOfDay) => {
    expect(localTime(zone, new Date(iso))).toEqual({ date, weekday, secondOfDay });
  });

  it("of an unknown zone is nothing, and its office is closed", () => {
    expect(localTime("Mars/Base", new Date())).toBeUndefined();
    expect(isOpen(OFFICE_HOURS, { zone: "Mars/Base", holidays: [] }, new Date("2026-11-25T12:00:00Z"))).toBe(
      false,
    );
  });
});

describe("opening hours", () => {
  it.each([
    ["2026-03-27T08:00:00Z", true],
    ["2026-03-30T07:00:00Z", true],
    ["2026-03-30T06:59:59Z", false],
    ["2026-10-23T14:59:59Z", true],
    ["2026-10-23T15:00:00Z", false],
    ["2026-10-26T15:59:59Z", true],
  ])("follow the office's clock round a change of time: %s is %s", (iso, expected) => {
    expect(isOpen(OFFICE_HOURS, berlin, new Date(iso))).toBe(expected);
  });

  it.each([
    ["2026-03-28T23:59:59Z", false],
    ["2026-03-29T00:00:00Z", true],
    ["2026-03-29T01:59:59Z", true],
    ["2026-03-29T02:00:00Z", false],
    ["2026-10-25T02:59:59Z", true],
    ["2026-10-25T03:00:00Z", false],
  ])("in the night of the change an hour is skipped or counted twice: %s is %s", (iso, expected) => {
    expect(isOpen(NIGHT, berlin, new Date(iso))).toBe(expected);
  });

  it.each([["9:00"], ["24:01"], ["25:00"], ["09:60"], [""]])(
    "that nobody can read, %s, close the day",
    (text) => {
      expect(
        isOpen({ "3": [text, "24:00"] }, { zone: "UTC", holidays: [] }, new Date("2026-11-25T12:00:00Z")),
      ).toBe(false);
    },
  );
});
