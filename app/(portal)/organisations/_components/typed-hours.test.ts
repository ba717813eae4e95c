import { expect, it } from "vitest";
import { bodyOf, typedOf, unreadDays } from "./typed-hours";

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

it("what was read and not changed is sent as it was", () => {
  const {
    id: _,
    name: _name,
    holidays: _holidays,
    is_operator: _operator,
    is_agency: _agency,
    ...body
  } = HOURS;
  expect(bodyOf(typedOf(HOURS))).toEqual(body);
  const none = { ...HOURS, weekly_hours: null, holiday_region: null };
  expect(bodyOf(typedOf(none))).toMatchObject({ weekly_hours: null, holiday_region: null });
});

it("hours are read as people write them, and a day that cannot be read is named", () => {
  const typed = typedOf(HOURS);
  const week = { ...typed.week, "2": " 9:00 - 17:30 ", "3": "9-5", "4": "" };
  expect(unreadDays({ ...typed, week })).toEqual(["3"]);
  expect(bodyOf({ ...typed, week }).weekly_hours).toMatchObject({ "2": ["09:00", "17:30"] });
  expect(unreadDays({ ...typed, week, hasHours: false })).toEqual([]);
});
