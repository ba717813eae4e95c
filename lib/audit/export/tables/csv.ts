import type { OpenedRow } from "../export-row";
import { COLUMN_NAMES, cellsOf } from "./columns";
import { csvCell } from "./csv-cell";

export interface CsvOptions {
  readonly delimiter: "," | ";";
  readonly bom: boolean;
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
