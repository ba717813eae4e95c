import "server-only";
import { peopleFor } from "@/lib/audit/reading/actors/known-people";
import type { ReaderContext } from "@/lib/audit/reading/fence";
import type { RawTx } from "@/lib/db/transaction";
import { EntryScan, type ExportRequest, shownOf } from "../read-entries";
import type { Produced, Sink } from "../sink";
import { readAnchor } from "../store";
import { CELL_WORDS, COLUMN_NAMES, COLUMNS, cellsOf } from "./columns";
import { writeWorkbook } from "./workbook";
import { CELL_CHARACTERS, SHEET_ROWS } from "./xlsx-xml";

/** The cell text that replaces a text longer than spreadsheets can read. So no text is cut off without a notice. */
export function cellText(text: string): string {
  if (text.length <= CELL_CHARACTERS) return text;
  return `[${text.length} characters, more than a cell holds: take NDJSON or JSON]`;
}

interface Facts {
  readonly log: string;
  readonly size: number;
  readonly entries: number;
  readonly longer: number;
}

/** Returns the dictionary: the content of each column, and the facts of this workbook. */
function dictionary(request: ExportRequest, { log, size, entries, longer }: Facts): string[][] {
  const names = Object.keys(request.filter).sort();
  return [
    ...COLUMN_NAMES.map((name) => [name, COLUMNS[name]]),
    ["", ""],
    ...CELL_WORDS.map(([word, meaning]) => [word, meaning]),
    [
      "[N characters, more than a cell holds: take NDJSON or JSON]",
      "A text that is too long for a spreadsheet; N is its length.",
    ],
    ["", ""],
    ["Log", log],
    ["Entry that records this export", request.exportEntry],
    ["Entries here", String(entries)],
    ["Entries in the signed tree", String(size)],
    ["Filtered by", names.length === 0 ? "nothing" : names.join(", ")],
    ["Cells with a text longer than a cell holds", String(longer)],
    ["Rows of one sheet", `${SHEET_ROWS}; more rows follow on further sheets.`],
    ["What this proves", "This file proves nothing alone. Use the signed bundle as proof."],
  ];
}

/** Writes the log as a workbook of text cells with a data dictionary, from one snapshot. */
export async function writeXlsx(
  cx: ReaderContext,
  tx: RawTx,
  request: ExportRequest,
  sink: Sink,
): Promise<Produced> {
  const { log } = cx.instance;
  const anchor = await readAnchor(tx, log);
  const { size } = anchor;
  const people = await peopleFor(tx, cx, request);
  const scan = new EntryScan(cx, tx, request, anchor);
  let entries = 0;
  let longer = 0;
  const fit = (text: string): string => {
    if (text.length > CELL_CHARACTERS) longer += 1;
    return cellText(text);
  };
  const rows = async function* () {
    for await (const leaves of scan.batches()) {
      const batch = shownOf(leaves);
      yield batch.map((shown) => cellsOf(shown, people).map(fit));
      entries += batch.length;
      sink.progress?.(entries);
    }
  };
  const about = async function* () {
    yield dictionary(request, { log, size, entries, longer });
  };
  const tables = [
    { name: "Log", head: COLUMN_NAMES, rows },
    { name: "Columns", head: ["Column", "What it holds"], rows: about },
  ];
  await writeWorkbook({ tables, mtime: cx.clock.now() }, sink);
  return { entries, size, flaw: scan.flaw };
}
