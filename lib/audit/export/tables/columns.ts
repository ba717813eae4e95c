import "server-only";
import { ACTION_WORDS } from "@/lib/audit/action-words";
import { wordsOf } from "@/lib/audit/entry/entry-words";
import { actionKey } from "@/lib/audit/labels";
import type { ShownEntry } from "../judge-entry";
import { bindsPart } from "../part-places";
import { csvCell } from "./csv-cell";
import { type ShownRow, shownRow, UNSHOWN } from "./shown-row";

/** The columns of CSV and of a spreadsheet, in order, each with its description. People's columns come first, codes last. */
export const COLUMNS = {
  seq: "Number of the entry in the log, from 0, without gaps.",
  at: "When it was written, UTC, to the microsecond.",
  who: "Name of the person who acted, if the reader knows them. Names are as of today and not part of the entry.",
  organisation: "Organisation of that person.",
  what: "What was done, in words.",
  fields: "Field groups that it concerns; (masked) behind those that were shown masked.",
  outcome: "intent (about to be done), done, denied or failed.",
  purpose: "Purpose the actor stated.",
  transaction_id: "Transaction it is about.",
  request_id: "Access request it is about.",
  grant_id: "Grant it was done under.",
  participant_id: "Participant the access is counted under.",
  details: "The sealed part of the organisation, opened: JSON (RFC 8785).",
  case: "The sealed part of the case, opened, for its readers.",
  person: "The sealed part of the person, opened, for auditors.",
  action: "What was done, as the entry has it.",
  actor: "Pseudonym of the person, or system: and a process.",
  class:
    "Kind of act: transaction, disclosure, access, key, policy, identity, admin, export, retention, log.",
  entry_id: "Id of the entry (UUIDv7).",
  leaf_hash: "Leaf of the entry in the tree: SHA-256 of 0x00 and its bytes, base64url without padding.",
  missing: "Labels of sealed parts that the entry binds and that were dropped or moved, for every reader.",
} as const;

export type Column = keyof typeof COLUMNS;
export const COLUMN_NAMES: readonly Column[] = [
  "seq",
  "at",
  "who",
  "organisation",
  "what",
  "fields",
  "outcome",
  "purpose",
  "transaction_id",
  "request_id",
  "grant_id",
  "participant_id",
  "details",
  "case",
  "person",
  "action",
  "actor",
  "class",
  "entry_id",
  "leaf_hash",
  "missing",
];

/** People whom the reader of an export knows, by pseudonym. */
export type KnownPeople = ReadonlyMap<
  string,
  { readonly name: string | null; readonly organisation: string }
>;

/** The field groups of an entry, those that were shown masked with that word. */
export function fieldsCell({ org }: ShownEntry): string {
  const { fields = [], masked = [] } = wordsOf(org);
  return fields.map((field) => (masked.includes(field) ? `${field} (masked)` : field)).join(", ");
}

/** The words for an action; an action that this version does not write is shown by its name. */
export function whatCell(action: string): string {
  const key = actionKey(action);
  return key === undefined ? action : (ACTION_WORDS[key] ?? action);
}

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
export function cellsOf(opened: ShownEntry, people: KnownPeople): string[] {
  const { row } = opened;
  const shown = shownRow(opened);
  const person = people.get(shown.actor);
  const cells: Readonly<Record<Column, string>> = {
    seq: String(row.seq),
    at: shown.at,
    who: person?.name ?? "",
    organisation: person?.organisation ?? "",
    what: whatCell(shown.action),
    fields: fieldsCell(opened),
    outcome: shown.outcome,
    purpose: shown.purpose,
    transaction_id: shown.transaction_id,
    request_id: shown.request_id,
    grant_id: shown.grant_id,
    participant_id: shown.participant_id,
    details: orgCell(opened, shown),
    case: partCell(opened, "case"),
    person: partCell(opened, "subject"),
    action: shown.action,
    actor: shown.actor,
    class: shown.class,
    entry_id: shown.id,
    leaf_hash: row.leaf_hash.toString("base64url"),
    missing: opened.astray.join(" "),
  };
  return COLUMN_NAMES.map((name) => cells[name]);
}

export interface CsvOptions {
  readonly delimiter: "," | ";";
  readonly bom: boolean;
}

export function csvHeader({ delimiter, bom }: CsvOptions): string {
  return `${bom ? "\uFEFF" : ""}${COLUMN_NAMES.join(delimiter)}\r\n`;
}

/** One entry as a line of CSV. */
export function csvLine(shown: ShownEntry, { delimiter }: CsvOptions, people: KnownPeople): string {
  return `${cellsOf(shown, people)
    .map((cell) => csvCell(cell, delimiter))
    .join(delimiter)}\r\n`;
}
