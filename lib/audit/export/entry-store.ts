import "server-only";
import type { CompartmentKind } from "@/lib/context/recorder";
import { type CopiedRow, copyRows } from "@/lib/db/copy-rows";
import type { RawTx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { type PartRow, partsOf, partsSelect } from "../entry/part-rows";
import type { Conditions } from "../reading/fence";
import { IndexRow } from "../self-check/index-row";

/** Columns after number, id, leaf and the two marks, in order. */
const SHOWN = [
  ["bytes", "e.bytes"],
  ["at", "e.at"],
  ["class", "e.class"],
  ["outcome", "e.outcome"],
  ["action", "i.action"],
  ["actor", "i.actor"],
  ["purpose", "i.purpose"],
  ["transaction_id", "i.transaction_id::text"],
  ["participant_id", "i.participant_id"],
  ["request_id", "i.request_id::text"],
  ["grant_id", "i.grant_id::text"],
  ["tenant_id", "i.tenant_id::text"],
  ["case_id", "i.case_id::text"],
  ["is_suspicion", "i.is_suspicion::text"],
] as const;
const FIRST = 5;
/** First byte of `true`, as PostgreSQL writes a boolean as text. */
const TRUE = 0x74;
type ShownName = (typeof SHOWN)[number][0];
const PLACES: ReadonlyMap<string, number> = new Map(SHOWN.map(([name], at) => [name, FIRST + at]));
const INDEX_AT = FIRST + SHOWN.length;
const PARTS_AT = INDEX_AT + 1;

/**
 * One row of the scan. Its bytes share memory with the batch: they are valid until the next batch is requested.
 * Columns are decoded when they are needed, because a table takes most of its values from the entry itself.
 */
export class EntryRow {
  readonly seq: number;
  readonly entry_id: string;
  readonly leaf_hash: Buffer;
  /** Whether the bytes are no longer in the database. */
  readonly isGone: boolean;
  /** Whether the fence, and the filter if there is one, let the row through. */
  readonly isAsked: boolean;
  readonly parts: readonly PartRow[];

  constructor(private readonly copied: CopiedRow) {
    this.seq = Number(copied.text(0));
    this.entry_id = copied.text(1) ?? "";
    const leaf = copied.bytes(2);
    if (leaf === null) throw new InvariantError("an exported row has no leaf");
    this.leaf_hash = leaf;
    this.isGone = copied.firstByte(3) === TRUE;
    this.isAsked = copied.firstByte(4) === TRUE;
    this.parts = partsOf(copied.text(PARTS_AT));
  }

  get bytes(): Buffer | null {
    return this.copied.bytes(FIRST);
  }

  /** A column by its name; null if the entry has none, or no index row. */
  text(name: ShownName): string | null {
    return this.copied.text(PLACES.get(name) ?? 0);
  }

  /** The whole index row, if the fence did not let it through. */
  get search(): IndexRow | null {
    const json = this.copied.text(INDEX_AT);
    return json === null ? null : IndexRow.parse(JSON.parse(json));
  }
}

/** The parameters of a scan. */
export interface EntryRange {
  readonly log: string;
  readonly size: number;
  /** The reader's fence, and the filter if there is one. */
  readonly conditions: Conditions;
  /** Kinds of parts that are opened for the reader. */
  readonly kinds: readonly CompartmentKind[];
  /**
   * `log`: all columns of every entry. `leaves`: every leaf, and all columns of the entries that meet the conditions.
   * `asked`: only entries that meet the conditions.
   */
  readonly take: "log" | "leaves" | "asked";
  /** Numbers that are read whatever the filter is. */
  readonly also: readonly number[];
}

/**
 * Returns the condition for reading the stored bytes of a part `p`: only parts that are opened. If the fence lets the
 * row through, these are the kinds in the list, the part of the case that the index row names (only this part shows
 * whose case it is), and a part whose compartment has no row. For a row outside the fence all bytes are read, because
 * only the entry's own parts can justify withholding it.
 */
function isRead(within: string, kinds: string): string {
  return `k.id IS NULL OR NOT ${within} OR CASE k.kind WHEN 'case' THEN k.subject = i.case_id::text
        ELSE k.kind = ANY (string_to_array(${kinds}, ',')) END`;
}

/** Returns the SELECT of a scan and its values. */
export function entriesSelect({ log, size, conditions, kinds, take, also }: EntryRange): {
  readonly text: string;
  readonly values: string[];
} {
  const own = conditions.copy();
  const asked = `(${own.text}) IS TRUE`;
  const range = `l.log = ${own.parameter(log)} AND l.seq < ${own.parameter(size)}::bigint`;
  const isAlso = `l.seq = ANY (string_to_array(${own.parameter(also.join(","))}, ',')::bigint[])`;
  const within = take === "log" ? `(${asked})` : "true";
  const listed = partsSelect("l.entry_id", isRead(within, own.parameter(kinds.join(","))));
  // If no part is opened, the parts of a row outside the fence still decide whether it is withheld.
  const parts = kinds.length > 0 ? listed : `CASE WHEN NOT ${within} THEN ${listed} END`;
  const index = `CASE WHEN NOT ${within} AND i.entry_id IS NOT NULL THEN to_jsonb(i)::text END`;
  const columns = [
    ...SHOWN.map(([name, column]) => `${column} AS ${name}`),
    `${index} AS search`,
    `${parts} AS parts`,
  ];
  const isTaken = take === "leaves" ? `${asked} OR ${isAlso}` : "true";
  const where = take === "asked" ? `${range} AND ${asked}` : range;
  const text = `SELECT l.seq::text, l.entry_id::text, l.leaf_hash, (e.bytes IS NULL)::text, (${asked})::text, s.*
    FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id LEFT JOIN audit_index i ON i.entry_id = l.entry_id
      LEFT JOIN LATERAL (SELECT ${columns.join(", ")} WHERE ${isTaken}) s ON true
    WHERE ${where} ORDER BY l.seq`;
  return { text, values: own.values.map(String) };
}

/** Yields the rows of a scan in order, a batch at a time, from one COPY. */
export async function* copyEntries(tx: RawTx, range: EntryRange): AsyncGenerator<EntryRow[]> {
  const { text, values } = entriesSelect(range);
  for await (const rows of copyRows(tx, text, values)) yield rows.map((row) => new EntryRow(row));
}
