import { FileFault } from "./file-fault";

/** One record: its cells, and the line of the file on which it begins. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

const QUOTE = '"';

/** Returns the cell that begins at `at`, and where it ends. Throws FileFault for a quote in a wrong place. */
function readCell(text: string, at: number, delimiter: string, line: number): { cell: string; end: number } {
  if (text[at] !== QUOTE) {
    let end = at;
    while (end < text.length && text[end] !== delimiter && text[end] !== "\n" && text[end] !== "\r") end += 1;
    const cell = text.slice(at, end);
    if (cell.includes(QUOTE)) throw new FileFault("strayQuote", { line });
    return { cell, end };
  }
  let cell = "";
  let from = at + 1;
  for (;;) {
    const quote = text.indexOf(QUOTE, from);
    if (quote < 0) throw new FileFault("openQuote", { line });
    cell += text.slice(from, quote);
    if (text[quote + 1] !== QUOTE) return { cell, end: quote + 1 };
    cell += QUOTE;
    from = quote + 2;
  }
}

function lineEnd(text: string, at: number): number {
  if (text.startsWith("\r\n", at)) return 2;
  return text[at] === "\n" ? 1 : 0;
}

/** Returns comma or semicolon, whichever comes first in the first line outside quotes. */
function delimiterOf(text: string): "," | ";" {
  const head = (text.split(/\r?\n/, 1)[0] ?? "").replaceAll(/"[^"]*"/g, "");
  const [comma, semicolon] = [head.indexOf(","), head.indexOf(";")];
  return semicolon >= 0 && (comma < 0 || semicolon < comma) ? ";" : ",";
}

const newlines = (text: string): number => text.split("\n").length - 1;

/**
 * Returns the records of a CSV file (RFC 4180, also with LF and with semicolons). A byte order mark is dropped, empty
 * lines are skipped. Throws FileFault.
 */
export function readCsv(content: string): CsvRecord[] {
  const text = content.startsWith("\uFEFF") ? content.slice(1) : content;
  const delimiter = delimiterOf(text);
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let line = 1;
  let begin = 1;
  for (let at = 0; at < text.length || cells.length > 0; ) {
    const { cell, end } = readCell(text, at, delimiter, line);
    cells.push(cell);
    line += newlines(text.slice(at, end));
    if (text[end] === delimiter) {
      at = end + 1;
      continue;
    }
    const length = lineEnd(text, end);
    if (length === 0 && end < text.length) throw new FileFault("afterQuote", { line });
    if (cells.length > 1 || cells[0] !== "") records.push({ line: begin, cells });
    cells = [];
    at = end + length;
    line += length === 0 ? 0 : 1;
    begin = line;
  }
  return records;
}
