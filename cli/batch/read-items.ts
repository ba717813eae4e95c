import { type CsvRecord, readCsv } from "@/lib/import/lists/read-csv";
import { usage } from "../exit";

/** One transaction of the input, ready to send, or the fault of its line. */
export interface Item {
  /** The line of the input on which it begins, from 1. */
  readonly line: number;
  readonly value?: Readonly<Record<string, unknown>>;
  readonly problem?: string;
}

export const FORMATS = ["ndjson", "csv"] as const;
export type Format = (typeof FORMATS)[number];

/** Returns the format by the file's name; standard input needs --format. */
export function formatOf(file: string): Format | undefined {
  if (/\.(ndjson|jsonl|json)$/i.test(file)) return "ndjson";
  return /\.csv$/i.test(file) ? "csv" : undefined;
}

function itemOf(line: number, text: string): Item {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return { line, value: Object.fromEntries(Object.entries(value)) };
    return { line, problem: "the line is not a JSON object" };
  } catch {
    return { line, problem: "the line is not JSON" };
  }
}

function fromNdjson(text: string): Item[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .flatMap((line, at) => (line === "" ? [] : [itemOf(at + 1, line)]));
}

const PLAIN = ["job_id", "amount", "currency", "narrative", "occurred_at", "transaction_id"];
const LISTS = ["participants"];
const JSONS = ["parties", "external_references", "pricing", "settlement_details"];
const GROUPS = ["pricing", "settlement_details"];
const TRUTH: Readonly<Record<string, boolean>> = { true: true, false: false };

/** The columns that a file may have; a dot leads to a member of pricing or settlement_details. */
export const COLUMN_WORDS = [
  ...PLAIN,
  ...LISTS,
  "confidential",
  ...JSONS,
  "pricing.MEMBER",
  "settlement_details.MEMBER",
];

function isColumn(name: string): boolean {
  const [group = "", member] = name.split(/\.(.*)/s);
  if (member !== undefined) return GROUPS.includes(group) && member !== "";
  return [...PLAIN, ...LISTS, ...JSONS, "confidential"].includes(name);
}

/** Returns a cell's value. Throws SyntaxError for invalid JSON, TypeError for a word that is neither true nor false. */
function cellValue(name: string, cell: string): unknown {
  if (LISTS.includes(name)) return cell.split(/[;|\s]+/).filter((part) => part !== "");
  if (JSONS.includes(name)) return JSON.parse(cell);
  if (name !== "confidential") return cell;
  const truth = TRUTH[cell.toLowerCase()];
  if (truth === undefined) throw new TypeError("neither true nor false");
  return truth;
}

function fromRecord(names: readonly string[], { line, cells }: CsvRecord): Item {
  if (cells.length !== names.length)
    return { line, problem: `the line has ${cells.length} cells and the first one ${names.length}` };
  const value: Record<string, unknown> = {};
  for (const [at, name] of names.entries()) {
    const cell = cells[at] ?? "";
    // An empty cell is a value that is not there.
    if (cell === "") continue;
    const [group = "", member] = name.split(/\.(.*)/s);
    try {
      if (member === undefined) value[name] = cellValue(name, cell);
      else value[group] = { ...Object(value[group]), [member]: cell };
    } catch {
      return { line, problem: `the cell under ${name} cannot be read` };
    }
  }
  return { line, value };
}

function fromCsv(text: string): Item[] {
  const [head, ...records] = readCsv(text);
  const names = (head?.cells ?? []).map((name) => name.trim());
  const unknown = names.find((name) => !isColumn(name));
  if (unknown !== undefined)
    throw usage(
      `unknown column "${unknown}"`,
      `Columns of the first line can be ${COLUMN_WORDS.join(", ")}.`,
    );
  if (new Set(names).size < names.length) throw usage("a column is repeated in the first line");
  return records.map((record) => fromRecord(names, record));
}

/** The transactions of a file. Throws CliError (usage) or FileFault where it cannot be read as a whole. */
export function readItems(bytes: Uint8Array, format: Format): Item[] {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw usage("the input is not UTF-8");
  }
  const items = format === "csv" ? fromCsv(text) : fromNdjson(text);
  if (items.length === 0) throw usage("the input has no transaction");
  return items;
}
