import { readSheet } from "read-excel-file/node";
import { describe, expect, it } from "vitest";
import { writeWorkbook } from "./workbook";
import { cellText } from "./write-xlsx";
import { CELL_CHARACTERS, columnLetters } from "./xlsx-xml";

const MTIME = new Date("2026-11-24T12:00:00Z");

async function written(rows: readonly (readonly string[])[], sheetRows?: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const tables = [
    {
      name: "Log",
      head: ["a", "b"],
      rows: async function* () {
        for (let at = 0; at < rows.length; at += 3) yield rows.slice(at, at + 3);
      },
    },
    {
      name: "Columns",
      head: ["c"],
      rows: async function* () {
        yield [["x"]];
      },
    },
  ];
  const workbook = { tables, mtime: MTIME, ...(sheetRows === undefined ? {} : { sheetRows }) };
  await writeWorkbook(workbook, { write: async (bytes) => void pieces.push(Buffer.from(bytes)) });
  return Buffer.concat(pieces);
}

describe("a workbook", () => {
  it("returns every text unchanged, whatever characters it has", async () => {
    const texts = [
      "=1+1",
      "<&>\"'",
      "_x0041_",
      "a\tb\nc",
      "\u{1F600}",
      "  spaces  ",
      "x".repeat(CELL_CHARACTERS),
    ];
    const rows = await readSheet(await written(texts.map((text) => [text, "end"])), "Log", { trim: false });
    expect(rows).toEqual([["a", "b"], ...texts.map((text) => [text, "end"])]);
  });

  it("continues a table longer than a sheet in further sheets, without losing a row", async () => {
    const rows = Array.from({ length: 10 }, (_, at) => [`a${at}`, `b${at}`]);
    const file = await written(rows, 4);
    const read = await Promise.all(["Log", "Log 2", "Log 3", "Log 4"].map((name) => readSheet(file, name)));
    expect(read.map((sheet) => sheet.length)).toEqual([4, 4, 4, 2]);
    expect(read.flatMap((sheet) => sheet.slice(1))).toEqual(rows);
    expect(await readSheet(file, "Columns")).toEqual([["c"], ["x"]]);
    const full = await written(rows.slice(0, 6), 4);
    await expect(readSheet(full, "Log 3")).rejects.toThrow();
  });

  it("has a header without rows", async () => {
    expect(await readSheet(await written([]), "Log")).toEqual([["a", "b"]]);
  });

  it("closes its source when the reader has left", async () => {
    let isLeft = false;
    const endless = async function* () {
      try {
        for (;;) yield Array.from({ length: 100 }, () => [String(Math.random())]);
      } finally {
        isLeft = true;
      }
    };
    let writes = 0;
    const write = async () => {
      writes += 1;
      if (writes > 3) throw new Error("the reader left");
    };
    const tables = [{ name: "Log", head: ["a"], rows: endless }];
    await expect(writeWorkbook({ tables, mtime: MTIME }, { write })).rejects.toThrow("reader");
    expect(isLeft).toBe(true);
  });

  it("never ends as a complete zip when its source fails", async () => {
    const pieces: Buffer[] = [];
    const broken = async function* () {
      yield [["1"]];
      throw new Error("the database went away");
    };
    const tables = [{ name: "Log", head: ["a"], rows: broken }];
    const sink = { write: async (bytes: Uint8Array) => void pieces.push(Buffer.from(bytes)) };
    await expect(writeWorkbook({ tables, mtime: MTIME }, sink)).rejects.toThrow("the database went away");
    expect(Buffer.concat(pieces).includes(Buffer.from([0x50, 0x4b, 5, 6]))).toBe(false);
  });
});

describe("a cell", () => {
  it("a text too long for spreadsheets is replaced by a notice", () => {
    expect(cellText("x".repeat(CELL_CHARACTERS))).toHaveLength(CELL_CHARACTERS);
    expect(cellText("x".repeat(CELL_CHARACTERS + 1))).toBe(
      "[32768 characters, more than a cell holds: take NDJSON or JSON]",
    );
  });

  it("a cell has the name that spreadsheets use", () => {
    expect([0, 25, 26, 51, 52, 701, 702].map(columnLetters)).toEqual([
      "A",
      "Z",
      "AA",
      "AZ",
      "BA",
      "ZZ",
      "AAA",
    ]);
  });
});
