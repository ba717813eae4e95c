import "server-only";
import { z } from "zod";
import { bindingEntry, openStored } from "@/lib/audit/entry/bound-part";
import { entryLeaf } from "@/lib/audit/entry/entry";
import { destroyedKey } from "@/lib/audit/entry/person-part";
import type { AuditContext } from "@/lib/context/context";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { type DbContext, inRawSnapshot, type RawTx } from "@/lib/db/transaction";
import { type ErasingRow, readErasingRows } from "./erasing-store";

/** The entry that destroyed a compartment's key. */
export interface Erasing {
  readonly entry: string;
  /** Mark of the key that it destroyed, which it proves. */
  readonly keyMark: string;
  /** Undefined while it waits for its leaf, and if it is in another log of this database. */
  readonly seq: number | undefined;
  /** The leaf that vouches for it; undefined while it waits for one. */
  readonly hash?: Uint8Array;
  /** Origin of that other log, if it has a leaf there. */
  readonly elsewhere?: string;
}

type ErasingContext = Pick<AuditContext, "audit" | "instance"> & DbContext;

const Erasure = z.looseObject({
  action: z.literal("compartment.erase"),
  details: z.looseObject({
    compartment: z.string(),
    key_digest: z.string().length(43),
    key_mark: z.string(),
    key_proof: z.string(),
  }),
});

/** Returns whether the stored bytes match the leaf, record a completed erasure and bind exactly this part. */
function isErasing(row: ErasingRow): boolean {
  if (row.leaf_hash !== null && !equalConstantTime(entryLeaf(row.bytes), row.leaf_hash)) return false;
  const entry = bindingEntry(row.log, row);
  return entry?.class === "retention" && entry.outcome === "done";
}

/**
 * Returns compartment and mark of the key that this entry destroyed. The entry must prove that its author had the
 * key. Otherwise a reader of an entry's org part could, together with the database owner, seal a false erasure in its
 * place.
 */
function erasedBy(row: ErasingRow, key: Uint8Array): { compartment: string; keyMark: string } | undefined {
  const parsed = Erasure.safeParse(openStored(row.log, row, key));
  if (!parsed.success) return undefined;
  const { compartment, key_mark, key_proof } = parsed.data.details;
  const keyMark = destroyedKey({ key_mark, key_proof });
  return keyMark === undefined ? undefined : { compartment, keyMark };
}

interface Found {
  readonly entry: string;
  readonly keyMark: string;
  readonly row: Pick<ErasingRow, "log" | "seq" | "leaf_hash">;
}

/**
 * Erasing entries by compartment; the mark identifies each destroyed key. An entry can name any compartment with a
 * key that never existed. Only a part's own org part says which key sealed it (`isEndedBy`).
 */
export type Erasings = ReadonlyMap<string, readonly Erasing[]>;

/**
 * Returns, by compartment and key, the first entry whose own sealed and bound part records the destruction of that
 * key. An entry of another log counts only if this log has none; an entry that waits for its leaf comes last. `from`
 * as in `readErasingRows`.
 */
export async function readErasing(cx: ErasingContext, tx: RawTx, from?: string): Promise<Erasings> {
  const { log } = cx.instance;
  const placeOf = ({ log: of, seq }: Pick<ErasingRow, "log" | "seq">): number => {
    if (seq === null) return Number.POSITIVE_INFINITY;
    return of === log ? seq : Number.MAX_SAFE_INTEGER;
  };
  const first = new Map<string, Map<string, Found>>();
  for await (const batch of readErasingRows(tx, from)) {
    const rows = batch.filter(isErasing);
    const keys = await cx.audit.compartments.openById([...new Set(rows.map((row) => row.compartment_id))]);
    for (const row of rows) {
      const key = keys.get(row.compartment_id);
      const erased = key && erasedBy(row, key);
      if (erased === undefined) continue;
      const { compartment, keyMark } = erased;
      const byMark = first.get(compartment) ?? new Map<string, Found>();
      first.set(compartment, byMark);
      const known = byMark.get(keyMark);
      if (known !== undefined && placeOf(known.row) <= placeOf(row)) continue;
      const { log: of, seq, leaf_hash, entry_id: entry } = row;
      byMark.set(keyMark, { row: { log: of, seq, leaf_hash }, entry, keyMark });
    }
  }
  const erasingOf = ({ row, entry, keyMark }: Found): Erasing => {
    const hash = row.leaf_hash === null ? {} : { hash: row.leaf_hash };
    if (row.seq === null || row.log === log) return { entry, keyMark, seq: row.seq ?? undefined, ...hash };
    return { entry, keyMark, seq: undefined, elsewhere: row.log };
  };
  return new Map(
    [...first].map(([compartment, byMark]) => [compartment, [...byMark.values()].map(erasingOf)]),
  );
}

/**
 * The entries of the log that explain missing keys. A missing key without such an entry is not an erasure: the
 * database owner removed it. Rows alone (an index row, a compartment's date) prove nothing.
 */
export class ErasureBook {
  private known: Erasings | undefined;
  private readonly asked = new Set<string>();

  constructor(private readonly cx: ErasingContext) {}

  /** Reads the erasing entries in an export's snapshot, before its rows are streamed over the same connection. */
  async load(tx: RawTx): Promise<void> {
    this.known = await readErasing(this.cx, tx);
  }

  /**
   * Returns the erasing entries of these compartments, whose keys are missing: first from the loaded entries, then
   * from a new query for the others. Key and entry change in one transaction, so a reader that finds the key missing
   * also finds its entry. An entry newer than the export's snapshot has a higher number, or none yet.
   */
  async erasing(compartmentIds: Iterable<string>): Promise<Erasings> {
    const unknown = [...compartmentIds].filter((id) => !this.known?.has(id) && !this.asked.has(id));
    if (unknown.length === 0) return this.known ?? new Map();
    for (const id of unknown) this.asked.add(id);
    this.known = await inRawSnapshot(this.cx, (now) => readErasing(this.cx, now));
    return this.known;
  }
}
