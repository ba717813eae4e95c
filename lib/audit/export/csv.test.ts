import { describe, expect, it } from "vitest";
import { csvCell } from "./csv";

describe("a CSV cell", () => {
  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uFF1D1", "|cmd", "%x"])(
    "that a spreadsheet would run is neutralised: %j",
    (value) => {
      expect(csvCell(value, ",").replace(/^"/, "").startsWith("'")).toBe(true);
    },
  );

  it("is quoted where its content would end it", () => {
    expect(csvCell('a"b', ",")).toBe('"a""b"');
    expect(csvCell("a,b", ",")).toBe('"a,b"');
    expect(csvCell("a\nb", ";")).toBe('"a\nb"');
    expect(csvCell("plain", ",")).toBe("plain");
  });
});
