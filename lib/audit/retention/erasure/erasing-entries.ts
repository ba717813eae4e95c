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
  /** Mark of the key that it destroyed, as it proves. */
  readonly keyMark: string;
  /** Undefined while it waits for its leaf, and where it stands in another log of this database. */
  readonly seq: number | undefined;
  /** The leaf by which it is believed; undefined while it waits for one. */
  readonly hash?: Uint8Array;
  /** Origin of that other log, where it has a leaf there. */
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

/** Whether the stored bytes are the leaf's, and say of an erasure that it was done and of this very part. */
function isErasing(row: ErasingRow): boolean {
  if (row.leaf_hash !== null && !equalConstantTime(entryLeaf(row.bytes), row.leaf_hash)) return false;
  const entry = bindingEntry(row.log, row);
  return entry?.class === "retention" && entry.outcome === "done";
}

/**
 * Compartment and mark of the key that this entry destroyed. One that does not prove that who sealed it had the key is none:
 * readers of an entry's org part can, with the owner of the database, seal another in its place.
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
 * By compartment: what destroyed a key of that name, each key told by its mark. An entry can name any compartment with a
 * key that there never was; of which key a part is only its entry's org part says (`isEndedBy`).
 */
export type Erasings = ReadonlyMap<string, readonly Erasing[]>;

/**
 * By compartment and key: the first entry that says, by its own sealed and bound part, that it destroyed that key; of
 * another log only where none of this one does, and one that waits for its leaf last. `from` as of `readErasingRows`.
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
  const toldOf = ({ row, entry, keyMark }: Found): Erasing => {
    const hash = row.leaf_hash === null ? {} : { hash: row.leaf_hash };
    if (row.seq === null || row.log === log) return { entry, keyMark, seq: row.seq ?? undefined, ...hash };
    return { entry, keyMark, seq: undefined, elsewhere: row.log };
  };
  return new Map([...first].map(([compartment, byMark]) => [compartment, [...byMark.values()].map(toldOf)]));
}

/**
 * What entries of the log say of keys that are gone. A missing key without such an entry is no erasure: somebody who
 * owns the database took it. Rows that only say so (an index row, a compartment's date) count for nothing.
 */
export class ErasureBook {
  private known: Erasings | undefined;
  private readonly asked = new Set<string>();

  constructor(private readonly cx: ErasingContext) {}

  /** Reads what the snapshot of an export says, before its rows are streamed over the same connection. */
  async load(tx: RawTx): Promise<void> {
    this.known = await readErasing(this.cx, tx);
  }

  /**
   * The erasing entries of these compartments, whose keys are known to be gone: as they were loaded, and as they are now
   * for those that are not among them. Key and entry go in one transaction, so that whoever saw the key gone sees its
   * entry; one that an export's own snapshot is too old for has a later number, or none yet.
   */
  async erasing(compartmentIds: Iterable<string>): Promise<Erasings> {
    const unknown = [...compartmentIds].filter((id) => !this.known?.has(id) && !this.asked.has(id));
    if (unknown.length === 0) return this.known ?? new Map();
    for (const id of unknown) this.asked.add(id);
    this.known = await inRawSnapshot(this.cx, (now) => readErasing(this.cx, now));
    return this.known;
  }
}
