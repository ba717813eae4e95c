import { expect, it } from "vitest";
import { localFaults } from "@/components/form/local-faults";
import { OfficeHoursBody } from "@/lib/organisations/schema";
import { bodyOf, type TypedHours, typedOf } from "./typed-hours";

const HOURS = {
  id: "x",
  name: "Agency",
  zone: "Europe/Berlin",
  weekly_hours: { "1": ["08:00", "18:00"], "5": ["22:00", "06:00"] } as Record<string, [string, string]>,
  holiday_region: { country: "DE", state: "BE" },
  closed_dates: ["2026-12-28", "2026-12-29"],
  open_dates: [],
  holidays: ["2026-12-25"],
  home_jurisdictions: ["DE", "EU"],
  is_operator: false,
  is_agency: true,
};

const faultyPlaces = (typed: TypedHours) =>
  localFaults(OfficeHoursBody, bodyOf(typed, false)).map(({ pointer }) => pointer);

it("hours that were read and not changed are sent as they were", () => {
  const {
    id: _,
    name: _name,
    holidays: _holidays,
    is_operator: _operator,
    is_agency: _agency,
    home_jurisdictions: homes,
    ...body
  } = HOURS;
  expect(bodyOf(typedOf(HOURS), true)).toEqual({ ...body, home_jurisdictions: homes });
  // Only the operator's apply: those of others are not shown, and stay as they are.
  expect(bodyOf(typedOf(HOURS), false)).toEqual(body);
  const none = { ...HOURS, weekly_hours: null, holiday_region: null };
  expect(bodyOf(typedOf(none), false)).toMatchObject({ weekly_hours: null, holiday_region: null });
});

it("hours are read as people write them, and a day that cannot be read is named", () => {
  const typed = typedOf(HOURS);
  const week = { ...typed.week, "2": " 9:00 - 17:30 ", "3": "9-5", "4": "" };
  expect(faultyPlaces({ ...typed, week })).toEqual(["/weekly_hours/3/0", "/weekly_hours/3/1"]);
  expect(bodyOf({ ...typed, week }, false).weekly_hours).toMatchObject({ "2": ["09:00", "17:30"] });
  expect(faultyPlaces({ ...typed, week, hasHours: false })).toEqual([]);
});

it.each(["de, EU", "DE EU", " de;eu,de "])(
  "home jurisdictions are separated by commas or spaces: %s",
  (homes) => {
    expect(bodyOf({ ...typedOf(HOURS), homes }, true).home_jurisdictions).toEqual(["DE", "EU"]);
  },
);
