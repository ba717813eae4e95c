import type { CompartmentKind } from "@/lib/context/recorder";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { memberOf } from "../bundle-verifier/container/member";
import { endingOf } from "../entry/erased-part";
import { type Keys, OpenedEntry, type OpenedPart } from "../entry/opened-entry";
import { type FencedBy, isRevealing, type Reader } from "../reading/fence";
import type { Erasing, Erasings } from "../retention/erasure/erasing-entries";
import { rowsOf, type SearchRow, statedBy, wrongColumns } from "../self-check/search-row";
import type { EntryRow } from "./entry-store";
import { NONE_ASTRAY, partsAstray } from "./part-places";

/** A part whose key an entry of the log destroyed. */
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
  /** Parts whose key is gone although no entry of the log destroyed it. */
  readonly keyless: readonly OpenedPart[];
  /**
   * Labels that the entry binds and whose part was dropped or moved, whoever may read it, in order. None of an entry that
   * a recovery names as lost, and none where no part was asked for. All labels of an entry whose parts stay closed.
   */
  readonly astray: readonly string[];
  /** The entry itself, the JCS of its org part and that part read; undefined where they are not available. */
  readonly entry: Json | undefined;
  readonly orgText: string | undefined;
  readonly org: Json | undefined;
  /** Kinds of parts that are opened for the reader; none where no part was asked for. */
  readonly kinds: readonly CompartmentKind[];
  /** Whether the stored bytes give the leaf. */
  readonly isOfLeaf: boolean;
}

type Shown = Pick<EntryRow, "seq" | "entry_id" | "leaf_hash" | "text"> & { readonly bytes: Buffer };

/** What a scan makes of one row. */
export type Judged =
  | { readonly is: "shown"; readonly shown: ShownEntry }
  /** Behind the reader's fence, by the entry's own parts. */
  | { readonly is: "withheld" }
  /** Without bytes, below the number that a pruning names. */
  | { readonly is: "pruned" }
  /** Its bytes are lost or are not those of its leaf. */
  | { readonly is: "missing" }
  /** Outside the filter. */
  | { readonly is: "outside" };

/** What entries are judged by, beside themselves. */
export interface Reading {
  readonly log: string;
  readonly tenantId: string;
  readonly reader: Reader;
  readonly kinds: readonly CompartmentKind[];
  /** The reader's fence. */
  readonly isWithin: (row: FencedBy) => boolean;
  /** Whether every entry is accounted for; a filtered export claims nothing about what it leaves out. */
  readonly isWhole: boolean;
  /** Ids of entries whose missing parts a recovery explains. */
  readonly lost: ReadonlySet<string>;
  /** First number that no pruning removed. */
  readonly minimum: number;
}

/** Keys of a batch, and the erasures of those that are gone. */
export interface Known {
  readonly keys: Keys;
  readonly erasing: Erasings;
}

/** The columns of the index row that the fence goes by; undefined where there is no row. */
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

/** The fence by which an entry is shown: its index row's, or its own parts'. */
interface Admitted {
  readonly caseId: string | null;
  readonly isSuspicion: boolean;
}

/** Judges one row. An index row may admit the reader to the public part; all else follows from the entry itself. */
export function judgeEntry(row: EntryRow, known: Known, reading: Reading): Judged {
  const { bytes } = row;
  if (bytes === null) {
    if (!row.isGone) return { is: "outside" };
    return { is: row.seq < reading.minimum ? "pruned" : "missing" };
  }
  const { seq, entry_id, leaf_hash, parts } = row;
  const opened = new OpenedEntry(reading.log, { entry_id, leaf_hash, bytes, parts }, known.keys);
  const text: EntryRow["text"] = (name) => row.text(name);
  const judging = { ...known, row: { seq, entry_id, leaf_hash, bytes, text }, opened, reading };
  const fence = fencedBy(row);
  if (fence === undefined || !reading.isWithin(fence))
    return reading.isWhole ? judgeHidden(judging, row.search) : { is: "outside" };
  // Bytes that are not JSON have no line in any format.
  if (opened.json === undefined) return { is: "missing" };
  const isSuspicion = row.text("is_suspicion") === "true";
  return { is: "shown", shown: show(judging, { caseId: fence.case_id, isSuspicion }) };
}

/**
 * Judges an entry that its index row keeps from the reader. It is withheld only if its own sealed parts put it behind the
 * reader's fence. If they say nothing, the entry is shown and its parts stay closed.
 */
function judgeHidden(judging: Judging, search: SearchRow | null): Judged {
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
 * The fences that an entry states itself: without a sealed part it is behind none, and else its org part tells of a case
 * and a suspicion, and the part of the case opens under the name of that case alone. Only the index row's where that is
 * one of them. Undefined where the stored bytes are not the entry of the leaf.
 */
function statedFences(
  opened: OpenedEntry,
  search: SearchRow | null,
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

/** An entry no part of which is opened. */
function closed({ row, opened, reading }: Judging): ShownEntry {
  const { kinds } = reading;
  const astray = kinds.length === 0 ? [] : opened.labels.sort();
  const { json: entry, isOfLeaf } = opened;
  return { row, ...NO_PARTS, astray, entry, orgText: undefined, org: undefined, kinds, isOfLeaf };
}

/** An entry with the parts that its reader may see. */
function show(judging: Judging, admitted: Admitted): ShownEntry {
  const { row, opened, reading } = judging;
  const { kinds, lost, tenantId } = reading;
  const { caseId } = admitted;
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
    isOfLeaf: opened.isOfLeaf,
  };
}

/**
 * Parts of the kinds that the reader may read: those with a key, and those without one or whose row says another
 * compartment than the key is sealed for.
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
 * Divides parts without a key. Erased is only the part that the entry's own org part says is its person's, under the very
 * key that an erasure destroyed, of an entry that is not later than the erasure.
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
