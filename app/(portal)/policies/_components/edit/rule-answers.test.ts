import { describe, expect, it } from "vitest";
import { EMPTY_FORM, type PolicyForm } from "@/lib/policies/authoring/form";
import { answerFaults, answersOf, formOf } from "./rule-answers";

const FORM: PolicyForm = {
  ...EMPTY_FORM,
  effect: "forbid",
  roles: ["auditor"],
  ageDays: 365,
  hours: { weekdays: [1, 2], from: 0, to: 1440, exceptHolidays: true },
  annotations: { note: "kept" },
};

describe("answers of the form of a rule", () => {
  it("make the form that they were made of", () => {
    expect(formOf(answersOf("a", FORM), FORM.annotations)).toEqual(FORM);
    expect(formOf(answersOf("a", EMPTY_FORM), {})).toEqual(EMPTY_FORM);
  });

  it("end a window at midnight with the end of the day", () => {
    const answers = { ...answersOf("a", FORM), fromTime: "22:00", toTime: "00:00" };
    expect(formOf(answers, {}).hours).toMatchObject({ from: 1320, to: 1440 });
  });

  it("name what is wrong at its control", () => {
    const faults = (change: Partial<ReturnType<typeof answersOf>>, taken: string[] = []) => {
      const answers = { ...answersOf("a", FORM), ...change };
      return answerFaults(answers, formOf(answers, {}), taken);
    };
    expect(faults({})).toEqual([]);
    expect(faults({ id: "Größe" })).toEqual([["id", "id"]]);
    expect(faults({}, ["a"])).toEqual([["id", "taken"]]);
    expect(faults({ ageDays: "a year" })).toEqual([["ageDays", "number"]]);
    expect(faults({ fromTime: "17:00", toTime: "09:00" })).toEqual([["toTime", "hours"]]);
    expect(faults({ weekdays: [] })).toEqual([["weekdays", "weekdays"]]);
    expect(faults({ fromDay: "2026-12-02", toDay: "2026-12-01" })).toEqual([["toDay", "days"]]);
  });
});
