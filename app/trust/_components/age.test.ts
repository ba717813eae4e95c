import { expect, test } from "vitest";
import { ageText } from "./vouchers";

const READ = Date.parse("2026-11-24T12:00:00Z");

test.each([
  [0, "en", "0 seconds"],
  [1, "en", "1 second"],
  [59, "en", "59 seconds"],
  [60, "en", "1 minute"],
  [3_599, "en", "59 minutes"],
  [7_200, "en", "2 hours"],
  [200_000, "en", "2 days"],
  [90, "de", "1 Minute"],
  [-30, "en", "0 seconds"],
] as const)(
  "an age of %d seconds is shown in the largest whole unit and is never negative",
  (s, locale, text) => {
    expect(ageText(READ - s * 1_000, READ, locale)).toBe(text);
  },
);
