import type { CompartmentKind } from "@/lib/context/recorder";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { memberOf } from "../../crypto/json/canonical-json";
import { endingOf } from "../entry/erased-part";
import { type Keys, OpenedEntry, type OpenedPart } from "../entry/opened-entry";
import { type FencedBy, isRevealing, type Reader } from "../reading/fence";
import type { Erasing, Erasings } from "../retention/erasure/erasing-entries";
import { type IndexRow, rowsOf, statedBy, wrongColumns } from "../self-check/index-row";
import type { EntryRow } from "./entry-store";
import { NONE_ASTRAY, partsAstray } from "./part-places";

/** A part whose key was destroyed, according to an entry of the log. */
export interface ErasedPart {
  readonly part: OpenedPart;
  readonly erasing: Erasing;
}

/** What an export shows of one entry. */
export interface ShownEntry {
  readonly row: Shown;
  /** Parts that the reader may read, each with its key. */
  readonly parts: readonly OpenedPart[];
  readonly erased: readonly ErasedPart[];
  /** Parts whose key is missing although no entry of the log records its destruction. */
  readonly keyless: readonly OpenedPart[];
  /**
   * Labels that the entry binds but whose part was dropped or moved, for any reader, in order. Empty for an entry
   * that a recovery names as lost, and if no part was requested. All labels of an entry whose parts stay closed.
   */
  readonly astray: readonly string[];
  /** The entry itself, the JCS of its org part and that part read; undefined if they are not available. */
  readonly entry: Json | undefined;
  readonly orgText: string | undefined;
  readonly org: Json | undefined;
  /** Kinds of parts that are opened for the reader; none if no part was requested. */
  readonly kinds: readonly CompartmentKind[];
  /** Its `isOfLeaf` is computed when a format asks for it. */
  readonly opened: Pick<OpenedEntry, "isOfLeaf">;
}

/** A row with its bytes; `columns` are those of its index row. */
interface Shown {
  readonly seq: number;
  readonly entry_id: string;
  readonly leaf_hash: Buffer;
  readonly bytes: Buffer;
  readonly columns: Pick<EntryRow, "text">;
}

/** The result for one row of the scan. */
export type Judged =
  | { readonly is: "shown"; readonly shown: ShownEntry }
  /** Outside the reader's fence, according to the entry's own parts. */
  | { readonly is: "withheld" }
  /** Without bytes, and below the number that a pruning names. */
  | { readonly is: "pruned" }
  /** Its bytes are lost or do not match its leaf. */
  | { readonly is: "missing" }
  /** Not selected by the filter. */
  | { readonly is: "outside" };

/** The context for judging entries. */
export interface Reading {
  readonly log: string;
  readonly tenantId: string;
  readonly reader: Reader;
  readonly kinds: readonly CompartmentKind[];
  /** The reader's fence. */
  readonly isWithin: (row: FencedBy) => boolean;
  /** Whether every entry is accounted for. A filtered export makes no claim about what it leaves out. */
  readonly isWhole: boolean;
  /** Ids of entries whose missing parts a recovery explains. */
  readonly lost: ReadonlySet<string>;
  /** First number that no pruning removed. */
  readonly minimum: number;
}

/** Keys of a batch, and the erasures of those that were destroyed. */
export interface Known {
  readonly keys: Keys;
  readonly erasing: Erasings;
}

/** Returns the columns of the index row that the fence uses; undefined without a row. */
function fencedBy(row: EntryRow): FencedBy | undefined {
  const tenant = row.text("tenant_id");
  if (tenant === null) return undefined;
  return {
    tenant_id: tenant,
    case_id: row.text("case_id"),
    is_suspicion: row.text("is_suspicion") !== "false",
  };
}

interface Judging extends Known {
  readonly row: Shown;
  readonly opened: OpenedEntry;
  readonly reading: Reading;
}

/** Returns the fence that applies to a shown entry: from its index row, or from its own parts. */
interface Admitted {
  readonly caseId: string | null;
  readonly isSuspicion: boolean;
}

/**
 * Judges one row. An index row may admit the reader to the public part; everything else follows from the entry
 * itself.
 */
export function judgeEntry(row: EntryRow, known: Known, reading: Reading): Judged {
  const { bytes } = row;
  if (bytes === null) {
    if (!row.isGone) return { is: "outside" };
    return { is: row.seq < reading.minimum ? "pruned" : "missing" };
  }
  const { seq, entry_id, leaf_hash, parts } = row;
  const opened = new OpenedEntry(reading.log, { entry_id, leaf_hash, bytes, parts }, known.keys);
  const { keys, erasing } = known;
  const shown = { seq, entry_id, leaf_hash, bytes, columns: row };
  const judging = { keys, erasing, row: shown, opened, reading };
  const fence = fencedBy(row);
  if (fence === undefined || !reading.isWithin(fence))
    return reading.isWhole ? judgeHidden(judging, row.search) : { is: "outside" };
  // No format can show bytes that are not JSON.
  if (opened.json === undefined) return { is: "missing" };
  const isSuspicion = row.text("is_suspicion") === "true";
  return { is: "shown", shown: show(judging, { caseId: fence.case_id, isSuspicion }) };
}

/**
 * Judges an entry that its index row hides from the reader. It is withheld only if its own sealed parts put it
 * outside the reader's fence. If they say nothing about this, the entry is shown and its parts stay closed.
 */
function judgeHidden(judging: Judging, search: IndexRow | null): Judged {
  const { opened, reading } = judging;
  const rows = statedFences(opened, search, reading);
  if (rows === undefined) return { is: "missing" };
  const within = rows.find(reading.isWithin);
  if (within !== undefined)
    return {
      is: "shown",
      shown: show(judging, { caseId: within.case_id, isSuspicion: within.is_suspicion }),
    };
  if (rows.length === 0) return { is: "shown", shown: closed(judging) };
  return { is: "withheld" };
}

/**
 * Returns the fences that an entry itself states. Without a sealed part it has no fence. Otherwise its org part shows
 * whether it has a case and a suspicion, and its case part opens only for its own case. If the index row agrees with
 * one of them, only that one is returned. Undefined if the stored bytes do not match the leaf.
 */
function statedFences(
  opened: OpenedEntry,
  search: IndexRow | null,
  { tenantId, lost }: Reading,
): readonly FencedBy[] | undefined {
  const entry = opened.checked;
  if ("is" in entry) return undefined;
  const stated = statedBy(opened, entry, { tenantId, lost });
  const rows = rowsOf(stated);
  const isRow = search !== null && rows.length > 0 && wrongColumns(stated, search).length === 0;
  return isRow ? [search] : rows;
}

type Sorted = Pick<ShownEntry, "parts" | "erased" | "keyless">;
const NO_PARTS: Sorted = { parts: [], erased: [], keyless: [] };

/** Returns an entry with all its parts closed. */
function closed({ row, opened, reading }: Judging): ShownEntry {
  const { kinds } = reading;
  const astray = kinds.length === 0 ? [] : opened.labels.sort();
  return { row, ...NO_PARTS, astray, entry: opened.json, orgText: undefined, org: undefined, kinds, opened };
}

/** Returns an entry with the parts that its reader may see. */
function show(judging: Judging, admitted: Admitted): ShownEntry {
  const { row, opened, reading } = judging;
  const { kinds, lost, tenantId } = reading;
  const { caseId } = admitted;
  // Without a requested part there is nothing to open, and no part is missing.
  if (kinds.length === 0 && opened.parts.length === 0) return closed(judging);
  const { parts, gone } = sorted(judging, caseId);
  const entry = opened.json;
  const orgPart = parts.find(({ c }) => c === "org");
  const [orgText, org] = [orgPart?.text, orgPart?.plaintext];
  const isCaseShown = opened.parts.some(
    (part) =>
      part.kind === "case" && part.isAsItsRowSays && part.subject === caseId && part.text !== undefined,
  );
  const fence = { case_id: caseId, is_suspicion: admitted.isSuspicion, isCaseShown };
  if (isRevealing(org, fence, reading.reader)) return closed(judging);
  const rows = opened.parts.map(({ c, rowKind, rowSubject, stored }) => ({
    c,
    kind: rowKind,
    subject: rowSubject,
    stored,
  }));
  const isUnasked = kinds.length === 0 || lost.has(row.entry_id);
  const astray = isUnasked ? NONE_ASTRAY : partsAstray({ entry, org, caseId, tenantId, parts: rows, kinds });
  const isInPlace = ({ c }: OpenedPart) => !astray.gone.includes(c);
  const { erased, keyless } = judgeGone(judging, gone.filter(isInPlace), org);
  return {
    row,
    parts: parts.filter(isInPlace),
    erased,
    keyless,
    astray: [...astray.gone, ...astray.doubtful].sort(),
    entry,
    orgText,
    org,
    kinds,
    opened,
  };
}

/**
 * Returns parts of the kinds that the reader may read: those with a key, and those without one or whose row names
 * another compartment than the key is sealed for.
 */
function sorted({ opened, reading }: Judging, caseId: string | null) {
  const isAsked = ({ kind, subject }: OpenedPart) =>
    kind !== undefined && reading.kinds.includes(kind) && (kind !== "case" || subject === caseId);
  const [parts, gone]: [OpenedPart[], OpenedPart[]] = [[], []];
  for (const part of opened.parts) {
    if (part.stored === undefined || part.rowKind === undefined) continue;
    if (part.isAsItsRowSays) {
      if (isAsked(part)) parts.push(part);
    } else if (part.rowSubject === null || reading.kinds.includes(part.rowKind)) gone.push(part);
  }
  return { parts, gone };
}

/**
 * Divides parts without a key into erased and unexplained ones. A part is erased only if the entry's own org part
 * names the key that an erasure destroyed and the entry is not later than the erasure.
 */
function judgeGone({ opened, erasing }: Judging, gone: readonly OpenedPart[], org: Json | undefined) {
  const at = memberOf(opened.json, "at");
  const [erased, keyless]: [ErasedPart[], OpenedPart[]] = [[], []];
  for (const part of gone) {
    const isPersons = part.rowKind === "subject" && part.rowSubject !== null;
    const erasings = isPersons ? erasing.get(part.compartmentId) : undefined;
    const found = endingOf({ c: part.c, at, org }, erasings);
    if (found === undefined) keyless.push(part);
    else erased.push({ part, erasing: found });
  }
  return { erased, keyless };
}
