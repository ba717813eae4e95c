import "server-only";
import type { CompartmentKind, NamedKey } from "@/lib/context/recorder";
import { fromUtf8 } from "@/lib/crypto/bytes";
import { OpenError } from "@/lib/crypto/format-error";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { openPartBytes, partKey } from "@/lib/crypto/log/audit-part";
import type { RawTx } from "@/lib/db/transaction";
import type { Conditions, Reader, ReaderContext } from "../reading/fence";
import { isRevealing } from "../reading/revealing-row";
import { type Erasings, ErasureBook } from "../retention/erasure/erasing-entries";
import { readRecoveries } from "../self-check/recoveries";
import { CompartmentKeys } from "./compartment-keys";
import { type ErasedPart, type GonePart, judgeGone } from "./erased-parts";
import { SettledErasures } from "./erasures-settled";
import { findExported } from "./explaining-store";
import type { JudgedLeaves } from "./judged-leaves";
import { labelsOf, NONE_ASTRAY, partsAstray } from "./part-places";
import { type ExportRange, type ExportRow, streamRows } from "./store";
import type { PartRow, StoredPart } from "./stored-part";

/** A part that the reader may read, with the key that opens this part of this entry only. */
export interface KeyedPart extends StoredPart {
  /** Subject of the compartment that its key opens under. */
  readonly subject: string;
  readonly partKey: Uint8Array;
}

/**
 * A row with the parts its reader may see, and those he might see if their compartment's key were there: erased with
 * an entry of the log that says so, or simply gone, which nobody who keeps to the rules does.
 */
export interface OpenedRow {
  readonly row: ExportRow;
  readonly parts: readonly KeyedPart[];
  readonly erased: readonly ErasedPart[];
  readonly keyless: readonly StoredPart[];
  /**
   * Labels that the entry binds and whose part was dropped or moved, whoever may read it, in order; none of an entry
   * that a recovery of the tree names as lost, and none where no part was asked for. All of an entry that is shut, or
   * whose org part tells of a case or a suspicion of which its search row does not, or, for who does not see every case,
   * whose search row is not shown to name the entry's own.
   */
  readonly astray: readonly string[];
  /** The entry itself and the JCS of its org part, where that is here and opens; both also read. */
  readonly entry: Json | undefined;
  readonly orgText: string | undefined;
  readonly org: Json | undefined;
  /** Kinds of parts that are opened for the reader; none where no part at all was asked for. */
  readonly kinds: readonly CompartmentKind[];
}

/** Which rows are opened, and how much of each. */
export interface RowRange extends Omit<ExportRange, "log"> {
  /** The reader's fence, where recoveries behind none of it count although they are not among the rows. */
  readonly fence?: Conditions;
  /** Numbers of entries of which nothing shows that the reader may read their parts: none of theirs is opened. */
  readonly shut?: ReadonlySet<number> | undefined;
  /** Numbers of entries that are there by their own word, whatever case or suspicion their search rows tell of. */
  readonly own?: ReadonlySet<number> | undefined;
  /** Takes the leaves of recoveries by which parts are not missed; of a bundle alone. */
  readonly judged?: JudgedLeaves | undefined;
}

/**
 * Rows with their parts of these kinds, batch by batch; nothing is held longer than its batch. Parts that were dropped
 * or moved raise an alarm once they were all seen. A recovery explains those of others only where it is itself among
 * the rows, so that no bundle is believed without it; for a table, which carries nothing beside what was asked for, where
 * the reader may read it (`fence`).
 */
export async function* openedRows(
  cx: ReaderContext,
  tx: RawTx,
  range: RowRange,
  kinds: readonly CompartmentKind[],
): AsyncGenerator<OpenedRow[]> {
  const compartments = new CompartmentKeys(cx);
  const book = new ErasureBook(cx);
  // Before the stream: until its end the connection answers nothing else.
  if (kinds.length > 0) await book.load(tx);
  const { log, tenantId } = cx.instance;
  const isShut = kinds.length === 0;
  const recoveries = isShut ? [] : await readRecoveries(tx, log, range.size);
  const wanted = { conditions: range.conditions, size: range.size, log };
  const told = { ...wanted, conditions: range.fence ?? range.conditions };
  const here = await findExported(
    tx,
    told,
    recoveries.map(({ id }) => id),
  );
  const explaining = recoveries.filter((recovery) => here.has(recovery.id) && recovery.lost.length > 0);
  for (const recovery of explaining) range.judged?.believe(recovery);
  const lost = new Set(explaining.flatMap((recovery) => recovery.lost));
  const { shut = NONE, own = NONE } = range;
  const place = { log, tenantId, isShut, lost, shut, own, kinds, reader: cx.principal };
  const settled = new SettledErasures(cx, { size: range.size, isBundle: range.judged !== undefined });
  let count = 0;
  for await (const rows of streamRows(tx, wanted, kinds)) {
    const open = rows.filter(({ seq }) => !place.shut.has(seq));
    const ids = new Set(open.flatMap((row) => row.parts.filter(isRead).map((part) => part.compartmentId)));
    const keys = await compartments.open(ids);
    const gone = [...ids].filter((id) => keys.get(id) === undefined);
    const erasing = gone.length === 0 ? NONE_ERASED : settled.explaining(gone, await book.erasing(gone));
    const opened = rows.map((row) => openRow(row, openParts(row, { keys, erasing }), place));
    count += opened.reduce((sum, { astray }) => sum + astray.length, 0);
    yield opened;
  }
  if (count > 0)
    cx.logger.error(
      { alarm: "export.parts", count },
      "sealed parts of exported entries were dropped or moved",
    );
}

/** A part whose bytes are here: those of a case also for who may not read them. */
function isRead(part: PartRow): part is PartRow & StoredPart {
  return part.stored !== undefined && part.kind !== undefined;
}

/** The log and tenant of an export, and the entries whose missing parts recoveries beside them explain. */
interface Place {
  readonly log: string;
  readonly tenantId: string;
  readonly lost: ReadonlySet<string>;
  /** Whether no part was asked for. */
  readonly isShut: boolean;
  /** Numbers of entries no part of which is opened. */
  readonly shut: ReadonlySet<number>;
  /** Numbers of entries that are there whatever their search rows say. */
  readonly own: ReadonlySet<number>;
  readonly kinds: readonly CompartmentKind[];
  /** Who reads: what of cases and suspicions he sees, whatever a search row names. */
  readonly reader: Reader;
}

function parsed(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const NONE_ERASED: Erasings = new Map();
const NONE: ReadonlySet<number> = new Set();
const NOTHING: Shown = { parts: [], erased: [], keyless: [] };

type Shown = Pick<OpenedRow, "parts" | "erased" | "keyless">;

/** The same before it is known which erasure, if any, ended a part. */
interface Opened extends Omit<Shown, "erased"> {
  readonly erased: readonly GonePart[];
}

/** What is known of the compartments of a batch. */
interface Known {
  readonly keys: ReadonlyMap<string, NamedKey | undefined>;
  readonly erasing: Erasings;
}

function openParts({ entry_id, parts }: ExportRow, { keys, erasing }: Known): Opened {
  const shown: { parts: KeyedPart[]; erased: GonePart[]; keyless: StoredPart[] } = {
    parts: [],
    erased: [],
    keyless: [],
  };
  for (const part of parts.filter(isRead)) {
    const named = keys.get(part.compartmentId);
    const by = erasing.get(part.compartmentId);
    // Its key opens under its own name alone: what its row calls it otherwise is without one.
    const isSo = named?.kind === part.kind && named.subject === part.subject;
    if (named !== undefined && isSo)
      shown.parts.push({ ...part, subject: named.subject, partKey: partKey(named.key, entry_id) });
    else if (by !== undefined && part.kind === "subject" && part.subject !== null)
      shown.erased.push({ ...part, erasings: by });
    else shown.keyless.push(part);
  }
  return shown;
}

function vouched({ erased: gone, ...shown }: Opened, entry: Json | undefined, org: Json | undefined): Shown {
  const { erased, others } = judgeGone(gone, entry, org);
  return { parts: shown.parts, erased, keyless: [...shown.keyless, ...others] };
}

/** Without the parts that lie where the entry does not say: another's key, or its erasure, says nothing of them. */
function without(gone: readonly string[], { parts, erased, keyless }: Shown): Shown {
  const isInPlace = ({ c }: StoredPart) => !gone.includes(c);
  return {
    parts: parts.filter(isInPlace),
    erased: erased.filter(isInPlace),
    keyless: keyless.filter(isInPlace),
  };
}

/**
 * Without what the reader does not read: the part of the case, which was opened to see whose case it is, and whatever
 * else the database gave that it was not asked for. A part with a key is of the kind that its key opens under.
 */
function asked(shown: Opened, kinds: readonly CompartmentKind[]): Opened {
  const parts = shown.parts.filter(({ kind }) => kinds.includes(kind));
  if (kinds.includes("case")) return { ...shown, parts };
  const isAsked = ({ kind }: StoredPart) => kind !== "case";
  return { parts, erased: shown.erased.filter(isAsked), keyless: shown.keyless.filter(isAsked) };
}

/** By its own word a case's entry is there whatever its row says; a suspicion's is still for who sees suspicions. */
const OWN_WORD = { case_id: "", is_suspicion: true, isCaseShown: true };

function isRowRevealing(
  { seq, entry_id, case_id, is_suspicion }: ExportRow,
  org: Json | undefined,
  { parts }: Opened,
  { log, own, reader }: Place,
): boolean {
  if (own.has(seq)) return isRevealing(org, OWN_WORD, reader);
  const isCaseShown = parts.some(
    (part) =>
      part.kind === "case" && part.subject === case_id && plaintextOf(log, entry_id, part) !== undefined,
  );
  return isRevealing(org, { case_id, is_suspicion: is_suspicion === true, isCaseShown }, reader);
}

function openRow(row: ExportRow, whole: Opened, place: Place): OpenedRow {
  const { log, tenantId, lost, isShut, shut, kinds } = place;
  const shown = asked(whole, kinds);
  const entry = parsed(row.bytes.toString("utf8"));
  const closed = () => {
    const astray = isShut ? [] : labelsOf(entry).sort();
    return { row, ...NOTHING, astray, entry, orgText: undefined, org: undefined, kinds };
  };
  if (shut.has(row.seq)) return closed();
  const orgPart = shown.parts.find(({ c }) => c === "org");
  const orgText = orgPart && plaintextOf(log, row.entry_id, orgPart);
  const org = parsed(orgText);
  if (isRowRevealing(row, org, whole, place)) return closed();
  const placed = { entry, org, caseId: row.case_id, tenantId, parts: row.parts, kinds };
  const { gone, doubtful } = isShut || lost.has(row.entry_id) ? NONE_ASTRAY : partsAstray(placed);
  const astray = [...gone, ...doubtful].sort();
  const told = vouched(shown, entry, org);
  const left = gone.length === 0 ? told : without(gone, told);
  return { row, ...left, astray, entry, orgText, org, kinds };
}

/** The JCS that was sealed in a part; undefined where what is stored does not open with its key. */
export function plaintextOf(log: string, entryId: string, part: KeyedPart): string | undefined {
  try {
    return fromUtf8(openPartBytes({ log, entryId, c: part.c, partKey: part.partKey, stored: part.stored }));
  } catch (error) {
    if (error instanceof OpenError) return undefined;
    throw error;
  }
}
