import "server-only";
import type { ShownEntry } from "../judge-entry";
import { bindsPart } from "../part-places";
import { csvCell } from "./csv-cell";
import { FACTS, type ShownRow, shownRow, UNSHOWN } from "./shown-row";

/** The columns of CSV and of a spreadsheet, in order, each with its description. */
export const COLUMNS = {
  seq: "Number of the entry in the log, from 0, without gaps.",
  at: "When it was written, UTC, to the microsecond.",
  entry_id: "Id of the entry (UUIDv7).",
  class:
    "Kind of act: transaction, disclosure, access, key, policy, identity, admin, export, retention, log.",
  outcome: "intent (about to be done), done, denied or failed.",
  action: "What was done.",
  actor: "Pseudonym of the person, or system: and a process.",
  purpose: "Purpose the actor stated.",
  transaction_id: "Transaction it is about.",
  participant_id: "Participant the access is counted under.",
  request_id: "Access request it is about.",
  grant_id: "Grant it was done under.",
  leaf_hash: "Leaf of the entry in the tree: SHA-256 of 0x00 and its bytes, base64url without padding.",
  details: "The sealed part of the organisation, opened: JSON (RFC 8785).",
  case: "The sealed part of the case, opened, for its readers.",
  person: "The sealed part of the person, opened, for auditors.",
  missing: "Labels of sealed parts that the entry binds and that were dropped or moved, for every reader.",
} as const;

export type Column = keyof typeof COLUMNS;
export const COLUMN_NAMES: readonly Column[] = [
  "seq",
  ...FACTS.map((name) => (name === "id" ? "entry_id" : name)),
  "leaf_hash",
  "details",
  "case",
  "person",
  "missing",
];

/** Cell text for a part whose compartment key was destroyed, according to an entry of the log. */
const ERASED = "[erased]";
/** Cell text for a part whose compartment key is missing although no entry of the log records its destruction. */
const KEYLESS = "[key missing]";
/** Cell text for a part that does not open with its key, because its stored bytes were changed. */
const UNREADABLE = "[does not open]";
/** Cell text for a part that the entry binds and that is not stored where the entry says. */
const MISSING = "[part missing]";

/** Every bracketed text that a cell can contain or begin with, with its meaning (docs/formats/exports.md). */
export const CELL_WORDS: readonly (readonly [word: string, meaning: string])[] = [
  [ERASED, "A part whose key was destroyed. An entry of the log records it."],
  [
    KEYLESS,
    "A part whose key is missing. No entry of the log records that it was destroyed: have the log verified.",
  ],
  [UNREADABLE, "A part that does not open: its stored bytes were changed."],
  [MISSING, "A part that the entry binds but that is not stored where the entry says."],
  [
    UNSHOWN,
    "Marks a value that only the index row states: the entry's part that would show it is not open here.",
  ],
];

function partCell(shown: ShownEntry, kind: "case" | "subject"): string {
  const { parts, erased, keyless, astray, entry, org, kinds } = shown;
  const part = parts.find((candidate) => candidate.kind === kind);
  if (part !== undefined) return part.text ?? UNREADABLE;
  if (keyless.some((candidate) => candidate.rowKind === kind)) return KEYLESS;
  if (erased.some((candidate) => candidate.part.rowKind === kind)) return ERASED;
  const isMissing = astray.length > 0 && kinds.includes(kind) && bindsPart(entry, org, kind);
  return isMissing ? MISSING : "";
}

function orgCell({ parts, keyless, kinds }: ShownEntry, { org, hasOrg }: ShownRow): string {
  if (org !== undefined) return org;
  if (kinds.length === 0 || !hasOrg) return "";
  if (parts.some(({ c }) => c === "org")) return UNREADABLE;
  return keyless.some(({ c }) => c === "org") ? KEYLESS : MISSING;
}

/** The texts of a row in the order of COLUMN_NAMES. */
export function cellsOf(opened: ShownEntry): string[] {
  const { row } = opened;
  const shown = shownRow(opened);
  return [
    String(row.seq),
    ...FACTS.map((name) => shown[name]),
    row.leaf_hash.toString("base64url"),
    orgCell(opened, shown),
    partCell(opened, "case"),
    partCell(opened, "subject"),
    opened.astray.join(" "),
  ];
}

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
