import type { ShownEntry } from "../judge-entry";
import { COLUMN_NAMES, cellsOf } from "./columns";
import { csvCell } from "./csv-cell";

export interface CsvOptions {
  readonly delimiter: "," | ";";
  readonly bom: boolean;
}

export function csvHeader({ delimiter, bom }: CsvOptions): string {
  return `${bom ? "\uFEFF" : ""}${COLUMN_NAMES.join(delimiter)}\r\n`;
}

/** One entry as a line of CSV. */
export function csvLine(shown: ShownEntry, { delimiter }: CsvOptions): string {
  return `${cellsOf(shown)
    .map((cell) => csvCell(cell, delimiter))
    .join(delimiter)}\r\n`;
}
