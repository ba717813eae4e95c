import { COLUMN_NAMES, cellsOf } from "./columns";
import type { OpenedRow } from "./export-row";

export interface CsvOptions {
  readonly delimiter: "," | ";";
  readonly bom: boolean;
}

/** A cell a spreadsheet would run begins with one of these, also behind white space or in full-width form. */
const FORMULA = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20|%]|^[\t\r\n]/;
const QUOTED = /["\r\n;,]/;
/** What begins and goes on so neither runs nor ends a cell: ids, times and names, which most cells are. */
const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9_.:-]*$/;

/** One cell: formulas are neutralised by an apostrophe, then quoted after RFC 4180. */
export function csvCell(value: string, delimiter: string): string {
  if (value === "" || PLAIN.test(value)) return value;
  const safe = FORMULA.test(value) ? `'${value}` : value;
  const needsQuotes = safe.includes(delimiter) || QUOTED.test(safe);
  return needsQuotes ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvHeader({ delimiter, bom }: CsvOptions): string {
  return `${bom ? "\uFEFF" : ""}${COLUMN_NAMES.join(delimiter)}\r\n`;
}

/** One row of the log `log` as a line of CSV. */
export function csvLine(log: string, opened: OpenedRow, { delimiter }: CsvOptions): string {
  return `${cellsOf(log, opened)
    .map((cell) => csvCell(cell, delimiter))
    .join(delimiter)}\r\n`;
}
