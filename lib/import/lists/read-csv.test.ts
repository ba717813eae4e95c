import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FileFault } from "./file-fault";
import { readCsv } from "./read-csv";

const cellsOf = (text: string) => readCsv(text).map(({ cells }) => cells);
const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

describe("a CSV", () => {
  it("is read whatever its cells hold", () => {
    const cell = fc.string({ unit: "binary" }).filter((text) => !text.startsWith("\uFEFF"));
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { minLength: 1 }), (records) => {
        for (const [delimiter, end] of [
          [",", "\r\n"],
          [";", "\n"],
        ] as const) {
          const text = records.map((cells) => cells.map(quote).join(delimiter)).join(end);
          // The first line decides the delimiter: quoted cells in it must not.
          const head = `a${delimiter}b${end}`;
          expect(cellsOf(head + text).slice(1)).toEqual(records);
        }
      }),
    );
  });

  it("may have a byte order mark, empty lines and none at its end", () => {
    expect(cellsOf("\uFEFFa,b\r\n\r\n1,2\r\n")).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
    expect(cellsOf("a;b\n1;2,5")).toEqual([
      ["a", "b"],
      ["1", "2,5"],
    ]);
    expect(cellsOf("a,b\n1,")).toEqual([
      ["a", "b"],
      ["1", ""],
    ]);
    expect(cellsOf("")).toEqual([]);
  });

  it.each(['a,b\n"1,2', 'a,b\n"1"x,2', 'a,b\n1"2,3'])(
    "is refused where a quote is out of place: %j",
    (text) => {
      expect(() => readCsv(text)).toThrow(FileFault);
    },
  );

  it("names each record's first line", () => {
    expect(readCsv('a,b\n"1\n\n",2\n3,4').map(({ line }) => line)).toEqual([1, 2, 5]);
  });
});
