import { describe, expect, it } from "vitest";
import {
  ALL_HOURS,
  isOpen,
  localTime,
  nextOpening,
  OFFICE_HOURS,
  type WeeklyHours,
} from "@/lib/organisations/hours";

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

  it("an unknown zone has no local time, and its office is closed", () => {
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
  ])("opening hours follow the office's clock at a change of time: %s is %s", (iso, expected) => {
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
    "unreadable hours, %s, close the day",
    (text) => {
      expect(
        isOpen({ "3": [text, "24:00"] }, { zone: "UTC", holidays: [] }, new Date("2026-11-25T12:00:00Z")),
      ).toBe(false);
    },
  );
});

describe("hours over midnight", () => {
  const FRIDAY_NIGHT: WeeklyHours = { "5": ["22:00", "06:00"] };
  it.each([
    ["2026-11-27T20:59:59Z", false],
    ["2026-11-27T21:00:00Z", true],
    ["2026-11-27T23:00:00Z", true],
    ["2026-11-28T04:59:59Z", true],
    ["2026-11-28T05:00:00Z", false],
    ["2026-11-28T21:00:00Z", false],
    ["2026-11-26T23:30:00Z", false],
  ])("hours over midnight continue into the next day: %s is %s", (iso, expected) => {
    expect(isOpen(FRIDAY_NIGHT, berlin, new Date(iso))).toBe(expected);
  });

  it("hours over midnight belong to the day on which they begin, whichever is the holiday", () => {
    const after = { zone: "Europe/Berlin", holidays: ["2026-11-28"] };
    expect(isOpen(FRIDAY_NIGHT, after, new Date("2026-11-28T04:00:00Z"))).toBe(true);
    const before = { zone: "Europe/Berlin", holidays: ["2026-11-27"] };
    expect(isOpen(FRIDAY_NIGHT, before, new Date("2026-11-28T04:00:00Z"))).toBe(false);
  });

  it("hours over midnight are an hour shorter or longer in a night of the change", () => {
    const night: WeeklyHours = { "6": ["22:00", "06:00"] };
    expect(isOpen(night, berlin, new Date("2026-03-29T03:59:59Z"))).toBe(true);
    expect(isOpen(night, berlin, new Date("2026-03-29T04:00:00Z"))).toBe(false);
    expect(isOpen(night, berlin, new Date("2026-10-25T04:59:59Z"))).toBe(true);
    expect(isOpen(night, berlin, new Date("2026-10-25T05:00:00Z"))).toBe(false);
  });

  it("hours that begin and end at the same time are empty", () => {
    expect(isOpen({ "5": ["09:00", "09:00"] }, berlin, new Date("2026-11-27T08:00:00Z"))).toBe(false);
  });
});

describe("the next opening", () => {
  const next = (hours: WeeklyHours, iso: string, office: Parameters<typeof nextOpening>[1] = berlin) =>
    nextOpening(hours, office, new Date(iso))?.toISOString();

  it.each([
    ["2026-11-25T07:00:00Z", "2026-11-25T08:00:00.000Z"],
    ["2026-11-25T16:00:00Z", "2026-11-26T08:00:00.000Z"],
    ["2026-11-27T16:00:00Z", "2026-11-30T08:00:00.000Z"],
    ["2026-03-27T16:00:00Z", "2026-03-30T07:00:00.000Z"],
    ["2026-10-23T15:00:00Z", "2026-10-26T08:00:00.000Z"],
  ])("the next opening of an office in Berlin after %s is %s", (iso, expected) => {
    expect(next(OFFICE_HOURS, iso)).toBe(expected);
  });

  it("the next opening skips holidays, and comes at midnight after one if the office is always open", () => {
    const holidays = { zone: "Europe/Berlin", holidays: ["2026-12-24", "2026-12-25"] };
    expect(next(OFFICE_HOURS, "2026-12-23T16:00:00Z", holidays)).toBe("2026-12-28T08:00:00.000Z");
    expect(next(ALL_HOURS, "2026-12-25T12:00:00Z", holidays)).toBe("2026-12-25T23:00:00.000Z");
  });

  it("an opening in a skipped hour comes when the clock has been changed", () => {
    expect(next({ "7": ["02:30", "05:00"] }, "2026-03-29T00:00:00Z")).toBe("2026-03-29T01:00:00.000Z");
  });

  it("an opening in a repeated hour comes twice", () => {
    const hours: WeeklyHours = { "7": ["02:00", "02:30"] };
    expect(next(hours, "2026-10-24T12:00:00Z")).toBe("2026-10-25T00:00:00.000Z");
    expect(next(hours, "2026-10-25T00:45:00Z")).toBe("2026-10-25T01:00:00.000Z");
    expect(next(hours, "2026-10-25T01:30:00Z")).toBe("2026-11-01T01:00:00.000Z");
    expect(next({ "7": ["01:00", "02:30"] }, "2026-10-25T00:45:00Z")).toBe("2026-10-25T01:00:00.000Z");
  });

  it("an office that never opens, or whose zone is unknown, has no next opening", () => {
    expect(next({}, "2026-11-25T12:00:00Z")).toBeUndefined();
    expect(next(OFFICE_HOURS, "2026-11-25T12:00:00Z", { zone: "Mars/Base", holidays: [] })).toBeUndefined();
  });

  it("the next opening is the first open minute, as a check of every minute finds it", () => {
    const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];
    const weeks: WeeklyHours[] = [OFFICE_HOURS, { "6": ["23:30", "02:15"], "7": ["01:45", "02:45"] }];
    for (const zone of zones)
      for (const hours of weeks)
        for (const iso of [
          "2026-03-06T18:00:00Z",
          "2026-03-28T14:00:00Z",
          "2026-10-03T12:00:00Z",
          "2026-10-31T22:00:00Z",
        ]) {
          const office = { zone, holidays: ["2026-03-09"] };
          let minute = Date.parse(iso);
          if (isOpen(hours, office, new Date(minute))) continue;
          while (!isOpen(hours, office, new Date(minute))) minute += 60_000;
          expect(next(hours, iso, office), `${zone} ${iso}`).toBe(new Date(minute).toISOString());
        }
  });
});
