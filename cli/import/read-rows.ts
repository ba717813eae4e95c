import { usage } from "../exit";
import { readCsv } from "../read-csv";

/** One line of an import: its values by column, or its fault. */
export interface ImportRow {
  readonly line: number;
  readonly values: Readonly<Record<string, string>>;
  readonly wrong: readonly string[];
}

/** A longer file is split, so that a person can still read what a dry run says about it. */
export const MAX_ROWS = 5_000;
/** What a spreadsheet would run. */
const FORMULA = /^[=+\-@\t\r]/;
const NEWLINE = 10;

/** Returns the first line that is not UTF-8. */
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
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw usage(
      `line ${badLine(bytes)} is not UTF-8`,
      "Save the file as CSV UTF-8 and run the command again.",
    );
  }
}

/** Throws unless the head names every needed column, once, and no other. */
function requireColumns(head: readonly string[], needed: readonly string[], more: readonly string[]): void {
  const known = [...needed, ...more];
  const other = head.find((name) => !known.includes(name));
  if (other !== undefined) throw usage(`line 1 names the column "${other}"; columns are ${known.join(", ")}`);
  const twice = head.find((name, at) => head.indexOf(name) !== at);
  if (twice !== undefined) throw usage(`line 1 names the column "${twice}" twice`);
  const missing = needed.find((name) => !head.includes(name));
  if (missing !== undefined) throw usage(`line 1 lacks the column "${missing}"`);
}

function rowOf(head: readonly string[], line: number, cells: readonly string[]): ImportRow {
  const wrong: string[] = [];
  if (cells.length !== head.length) wrong.push(`has ${cells.length} cells, and line 1 names ${head.length}`);
  const values = Object.fromEntries(head.map((name, at) => [name, (cells[at] ?? "").trim()]));
  for (const [name, value] of Object.entries(values))
    if (FORMULA.test(value)) wrong.push(`${name} begins like a formula`);
  return { line, values, wrong };
}

/** Returns the lines of a CSV file with a head. Throws CliError (usage), with the line, for a file that is no such list. */
export function readRows(
  bytes: Uint8Array,
  columns: { readonly needed: readonly string[]; readonly more?: readonly string[] },
): ImportRow[] {
  const [head, ...records] = readCsv(textOf(bytes));
  if (head === undefined)
    throw usage("the file is empty", `Its first line names ${columns.needed.join(", ")}.`);
  const names = head.cells.map((cell) => cell.trim().toLowerCase());
  requireColumns(names, columns.needed, columns.more ?? []);
  const over = records[MAX_ROWS];
  if (over !== undefined)
    throw usage(`line ${over.line} is one too many: a file has ${MAX_ROWS} rows at most`, "Split the file.");
  return records.map(({ line, cells }) => rowOf(names, line, cells));
}
