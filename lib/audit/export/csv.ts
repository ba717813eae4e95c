import { toBase64url } from "@/lib/crypto/bytes";
import { canonicalJson } from "@/lib/crypto/canonical-json";
import type { OpenedRow } from "./export-row";

export interface CsvOptions {
  readonly delimiter: "," | ";";
  readonly bom: boolean;
}

const COLUMNS = [
  "seq",
  "at",
  "entry_id",
  "class",
  "outcome",
  "action",
  "actor",
  "purpose",
  "transaction_id",
  "participant_id",
  "request_id",
  "grant_id",
  "leaf_hash",
  "details",
  "case",
  "person",
] as const;

/** A cell a spreadsheet would run begins with one of these, also behind white space or in full-width form. */
const FORMULA = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20|%]|^[\t\r\n]/;

/** One cell: formulas are neutralised by an apostrophe, then quoted after RFC 4180. */
export function csvCell(value: string, delimiter: string): string {
  const safe = FORMULA.test(value) ? `'${value}` : value;
  const needsQuotes = safe.includes(delimiter) || /["\r\n;,]/.test(safe);
  return needsQuotes ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvHeader({ delimiter, bom }: CsvOptions): string {
  return `${bom ? "\uFEFF" : ""}${COLUMNS.join(delimiter)}\r\n`;
}

function plaintextOf({ parts }: OpenedRow, kind: "org" | "case" | "subject"): string {
  const part = parts.find((candidate) => candidate.kind === kind);
  return part === undefined ? "" : canonicalJson({ ...part.plaintext });
}

export function csvLine(opened: OpenedRow, { delimiter }: CsvOptions): string {
  const { row } = opened;
  const cells: Record<(typeof COLUMNS)[number], string> = {
    seq: String(row.seq),
    at: row.at,
    entry_id: row.entry_id,
    class: row.class,
    outcome: row.outcome,
    action: row.action,
    actor: row.actor ?? "",
    purpose: row.purpose ?? "",
    transaction_id: row.transaction_id ?? "",
    participant_id: row.participant_id ?? "",
    request_id: row.request_id ?? "",
    grant_id: row.grant_id ?? "",
    leaf_hash: toBase64url(row.leaf_hash),
    details: plaintextOf(opened, "org"),
    case: plaintextOf(opened, "case"),
    person: plaintextOf(opened, "subject"),
  };
  return `${COLUMNS.map((column) => csvCell(cells[column], delimiter)).join(delimiter)}\r\n`;
}
