import { describe, expect, it } from "vitest";
import { findMarks, type TextRun } from "./order-marks";

const run = (text: string, top: number): TextRun => ({ text, left: 0.1, top, width: 0.8, height: 0.02 });
const PAGE = [
  run("Market Supervision", 0.1),
  run("Office", 0.13),
  run("Case MSO 7-2210/26, Berlin, 20 November 2026", 0.2),
  run("valid until 20. Dezember 2026", 0.3),
];

describe("marks in an order", () => {
  it("find a fact over two lines, a number, and dates in two languages", () => {
    const marks = findMarks(PAGE, [
      ["Market Supervision Office"],
      ["MSO 7-2210/26"],
      ["2026-11-20"],
      ["20 Dec 2026"],
    ]);
    expect(marks.map(({ fact, top, isFirst }) => [fact, top, isFirst])).toEqual([
      [1, 0.1, true],
      [1, 0.13, false],
      [2, 0.2, true],
      [3, 0.2, true],
      [4, 0.3, true],
    ]);
    const number = marks.find((mark) => mark.fact === 2);
    expect(number?.left).toBeGreaterThan(0.1);
    expect(number?.width).toBeLessThan(0.4);
  });

  it("are absent where the page has another day, and for a fact with hardly any text", () => {
    expect(findMarks([run("on 12 May 2026", 0)], [["2 May 2026"]])).toEqual([]);
    expect(findMarks(PAGE, [["M"], [""]])).toEqual([]);
  });

  it("take the second reading of a fact where the first is not on the page", () => {
    expect(findMarks(PAGE, [["24 Dec 2026", "20 Dec 2026"]])).toHaveLength(1);
  });
});
