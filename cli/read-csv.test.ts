import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readItems } from "./batch/read-items";
import { CliError } from "./exit";
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
      expect(() => readCsv(text)).toThrow(CliError);
    },
  );

  it("names each record's first line", () => {
    expect(readCsv('a,b\n"1\n\n",2\n3,4').map(({ line }) => line)).toEqual([1, 2, 5]);
  });
});

const items = (text: string, format: "csv" | "ndjson") => readItems(new TextEncoder().encode(text), format);

describe("the input of a batch", () => {
  it("from a CSV has columns by name, members by dots, and no value where a cell is empty", () => {
    const text = [
      "job_id,amount,participants,confidential,pricing.rate,pricing.unit.x,external_references",
      'j,1,"a; b|c",TRUE,5,,"[{""scheme"":""s"",""value"":""v""}]"',
    ].join("\n");
    expect(items(text, "csv")).toEqual([
      {
        line: 2,
        value: {
          job_id: "j",
          amount: "1",
          participants: ["a", "b", "c"],
          confidential: true,
          pricing: { rate: "5" },
          external_references: [{ scheme: "s", value: "v" }],
        },
      },
    ]);
  });

  it("reports what is wrong by its line, and continues", () => {
    expect(items("job_id,confidential\nj,maybe\nj,true\nj", "csv").map(({ problem }) => problem)).toEqual([
      "the cell under confidential cannot be read",
      undefined,
      "the line has 1 cells and the first one 2",
    ]);
    expect(items('{"a":1}\n\n[1]\n{', "ndjson")).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 3, problem: "the line is not a JSON object" },
      { line: 4, problem: "the line is not JSON" },
    ]);
  });

  it("is refused as a whole where no line can be relied on", () => {
    for (const text of ["", "job_id,nope\nj,1", "job_id,job_id\nj,j", "__proto__\nx", "constructor.x\ny"])
      expect(() => items(text, "csv"), text).toThrow(CliError);
    expect(() => readItems(Uint8Array.of(0xff, 0xfe), "ndjson")).toThrow(CliError);
  });

  it("makes no object of another kind out of a name", () => {
    const [one] = items('{"__proto__":{"x":1},"job_id":"j"}', "ndjson");
    expect(Object.getPrototypeOf(one?.value)).toBe(Object.prototype);
    expect(Reflect.get(Object(one?.value), "x")).toBeUndefined();
    const [two] = items("job_id,pricing.__proto__\nj,1", "csv");
    expect(Object.getPrototypeOf(Object(two?.value?.pricing))).toBe(Object.prototype);
  });
});
