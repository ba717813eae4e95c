import { expect, it } from "vitest";
import { datesFrom } from "@/lib/access/deadlines/due";
import { defaultSet } from "@/lib/access/policy/default-document";
import { DAY_MS } from "@/lib/access/rules/limits";
import { InstrumentKind } from "@/lib/vocabulary";
import { answerDays } from "./answer-days";

it("the form says the answer's date that the submission then sets, for every kind of order", () => {
  const start = new Date("2026-11-27T10:00:00Z");
  for (const kind of InstrumentKind.options)
    expect(new Date(start.getTime() + answerDays(defaultSet())[kind] * DAY_MS)).toEqual(
      datesFrom(kind, start, defaultSet()).responseDueAt,
    );
  expect(answerDays(defaultSet())[""]).toBe(
    (datesFrom(undefined, start, defaultSet()).dueAt.getTime() - start.getTime()) / DAY_MS,
  );
});
