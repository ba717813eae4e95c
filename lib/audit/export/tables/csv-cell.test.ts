import { describe, expect, it } from "vitest";
import { csvCell } from "./csv-cell";

describe("CSV cell", () => {
  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uFF1D1", "|cmd", "%x"])(
    "disables a cell that a spreadsheet would run: %j",
    (value) => {
      expect(csvCell(value, ",").replace(/^"/, "").startsWith("'")).toBe(true);
    },
  );

  it("quotes a cell whose content would end it", () => {
    expect(csvCell('a"b', ",")).toBe('"a""b"');
    expect(csvCell("a,b", ",")).toBe('"a,b"');
    expect(csvCell("a\nb", ";")).toBe('"a\nb"');
    expect(csvCell("plain", ",")).toBe("plain");
  });

  it.each(["", "7", "2026-11-24T10:00:00.000000Z", "audit.export", "0x-_", "-_A", "_-A"])(
    "leaves an id, a time or a name unchanged, unless a spreadsheet would run it: %j",
    (value) => {
      expect(csvCell(value, ",")).toBe(value.startsWith("-") ? `'${value}` : value);
    },
  );

  it.each([...'"=+-@%|;,\r\n\t'])("quotes or disables %j behind a bracketed mark as well", (odd) => {
    for (const value of [`[not shown by the entry] ${odd}`, `[not shown by the entry] a${odd}b`]) {
      const cell = csvCell(value, ",");
      expect(cell).toBe(/["\r\n;,]/.test(odd) ? `"${value.replaceAll('"', '""')}"` : value);
    }
  });

  it.each([...'=+-@%|;," \t\r\n\u2028\uFF1D\uFF0B\uFF0D\uFF20\u00A0\uFEFF'])(
    "is never treated as plain with %j in any place",
    (odd) => {
      const isSafe = (cell: string) =>
        /^(?:"[\s\S]*"|[^"\r\n;,]*)$/.test(cell) && !/^"?\s*[=+@%|\uFF1D\uFF0B\uFF0D\uFF20-]/.test(cell);
      for (const value of [odd, `${odd}a`, `a${odd}b`, `a${odd}`])
        expect(isSafe(csvCell(value, ","))).toBe(true);
    },
  );
});
