import { FileFault } from "./file-fault";
import { readCsv } from "./read-csv";
import type { RowFault } from "./row-fault";

/** One line of a list: its values by column, or its faults. */
export interface ListRow {
  readonly line: number;
  readonly values: Readonly<Record<string, string>>;
  readonly faults: readonly RowFault[];
}

/** The columns that a list has, and those that it may have. */
export interface Columns {
  readonly needed: readonly string[];
  readonly more: readonly string[];
}

export const PEOPLE_COLUMNS: Columns = {
  needed: ["name", "email", "organisation", "role"],
  more: ["duties", "participant"],
};
export const PARTICIPANT_COLUMNS: Columns = { needed: ["id", "organisation", "role"], more: ["kind"] };

/** A longer file must be split, so that a person can still read the result of its dry run. */
export const MAX_ROWS = 10_000;
const MAX_MEGABYTES = 4;
/** Matches what a spreadsheet would run, also in full-width form. */
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;
const NEWLINE = 10;

/** Returns the number of the first line that is not UTF-8. */
function badLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  let from = 0;
  for (let at = 0; at <= bytes.length; at += 1) {
    if (at < bytes.length && bytes[at] !== NEWLINE) continue;
    try {
      decoder.decode(bytes.subarray(from, at));
    } catch {
      return line;
    }
    from = at + 1;
    line += 1;
  }
  return line;
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length > MAX_MEGABYTES << 20) throw new FileFault("tooLong", { megabytes: MAX_MEGABYTES });
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FileFault("encoding", { line: badLine(bytes) });
  }
}

/** Throws FileFault unless the head names every needed column, each column once, and no unknown one. */
function requireColumns(head: readonly string[], { needed, more }: Columns): void {
  const known = [...needed, ...more];
  const columns = known.join(", ");
  const other = head.find((name) => !known.includes(name));
  if (other !== undefined) throw new FileFault("otherColumn", { column: other, columns });
  const twice = head.find((name, at) => head.indexOf(name) !== at);
  if (twice !== undefined) throw new FileFault("columnTwice", { column: twice });
  const missing = needed.find((name) => !head.includes(name));
  if (missing !== undefined) throw new FileFault("noColumn", { column: missing, columns });
}

function rowOf(head: readonly string[], line: number, cells: readonly string[]): ListRow {
  const faults: RowFault[] = [];
  if (cells.length !== head.length)
    faults.push({ code: "cells", found: cells.length, expected: head.length });
  const values = Object.fromEntries(head.map((name, at) => [name, (cells[at] ?? "").trim()]));
  for (const [column, value] of Object.entries(values))
    if (FORMULA.test(value)) faults.push({ code: "formula", column });
  return { line, values, faults };
}

/** Returns the lines of a CSV file with a head. Throws FileFault if the file is not a list with these columns. */
export function readRows(bytes: Uint8Array, columns: Columns): ListRow[] {
  const [head, ...records] = readCsv(textOf(bytes));
  if (head === undefined) throw new FileFault("empty", { columns: columns.needed.join(", ") });
  const names = head.cells.map((cell) => cell.trim().toLowerCase());
  requireColumns(names, columns);
  if (records.length === 0) throw new FileFault("noRows");
  const over = records[MAX_ROWS];
  if (over !== undefined) throw new FileFault("tooManyRows", { line: over.line, most: MAX_ROWS });
  return records.map(({ line, cells }) => rowOf(names, line, cells));
}
