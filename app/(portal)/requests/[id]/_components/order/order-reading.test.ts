import { describe, expect, it } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import { confirmsOf, judgeReading, NO_READING, readDate, readingText, recordDate } from "./order-reading";

const RECORD = {
  issuer: "Market Supervision Office",
  case_number: "MSO 7-2210/26",
  valid_from: "2026-11-20T00:00:00Z",
  valid_until: "2026-12-25T00:00:00Z",
};

describe("a date in an order", () => {
  it.each([
    "2026-12-20",
    "20.12.2026",
    "20. 12. 2026",
    "20/12/2026",
    "20 December 2026",
    "20 Dec 2026",
    "20. Dezember 2026",
    "20. Dez. 2026",
  ])("%s is the twentieth of December", (text) => {
    expect(readDate(text)?.value).toBe("2026-12-20");
  });

  it.each(["31.02.2026", "20 Decembre 2026", "Dec 20", "2026-13-01", "12/20/2026", ""])(
    "%s is not a date",
    (text) => {
      expect(readDate(text)).toBeUndefined();
    },
  );

  it("is not guessed where day and month could be exchanged, unless they are equal or separated by dots", () => {
    expect(readDate("05/06/2026")).toBeUndefined();
    expect(readDate("06/06/2026")?.value).toBe("2026-06-06");
    expect(readDate("05.06.2026")?.value).toBe("2026-06-05");
  });

  it.each(["en", "de"] as const)("is read in the form of the examples on the page, in %s", (locale) => {
    const { reading, narrow } = CATALOGUES[locale].review;
    const examples = [reading.dateHelp, reading.unclear, narrow.untilHelp, narrow.untilError].flatMap(
      (text) => [...text.matchAll(/\d[\d.-]* ?(?:\p{L}{3} )?\d{2,4}/gu)],
    );
    expect(examples.length).toBe(6);
    expect(new Set(examples.map(([text]) => readDate(text)?.value))).toEqual(new Set(["2009-03-05"]));
  });

  it("an instant is read in UTC and sent as one", () => {
    expect(readDate("2026-12-20 14:30 UTC")?.value).toBe("2026-12-20T14:30:00Z");
  });

  it("an end at midnight is shown as the last day of validity", () => {
    expect(recordDate("2026-12-25T00:00:00Z", "end", "en")).toBe("24 Dec 2026");
    expect(recordDate("2026-11-20T00:00:00Z", "start", "en")).toBe("20 Nov 2026");
  });
});

describe("retyped facts", () => {
  it("match despite extra blanks, and count as unfinished while only their beginning is typed", () => {
    const typed = { ...NO_READING, issuer: " Market  Supervision Office ", case_number: "MSO 7" };
    expect(judgeReading(typed, RECORD)).toEqual({
      issuer: "match",
      case_number: "typing",
      valid_from: "empty",
      valid_until: "empty",
    });
  });

  it("distinguish an earlier end, which narrowing can settle, from every other difference", () => {
    const verdict = (valid_until: string) => judgeReading({ ...NO_READING, valid_until }, RECORD).valid_until;
    expect(verdict("24 Dec 2026")).toBe("match");
    expect(verdict("20 Dec 2026")).toBe("earlier");
    expect(verdict("28 Dec 2026")).toBe("differs");
    expect(verdict("soon")).toBe("unclear");
    expect(judgeReading({ ...NO_READING, valid_from: "19.11.2026" }, RECORD).valid_from).toBe("differs");
  });

  it("are sent with dates in the form of the API", () => {
    expect(confirmsOf({ ...NO_READING, valid_until: "20 Dec 2026" }).valid_until).toBe("2026-12-20");
  });
});

it("a valid day is shown as that day, both first and last, and other text as it was typed", () => {
  expect(readingText("2026-11-24", "valid_from", "de")).toBe("24. Nov. 2026");
  expect(readingText("2026-12-19", "valid_until", "en")).toBe("19 Dec 2026");
  expect(readingText("soon", "valid_until", "en")).toBe("soon");
  expect(readingText("2026-12-19", "case_number", "en")).toBe("2026-12-19");
});
