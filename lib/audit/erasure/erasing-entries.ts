import "server-only";
import { z } from "zod";
import type { DbContext } from "@/lib/context";
import { openPart, partKey } from "@/lib/crypto/audit-part";
import { equalConstantTime, toBase64url } from "@/lib/crypto/bytes";
import type { Json } from "@/lib/crypto/canonical-json";
import { FormatError, OpenError } from "@/lib/crypto/format-error";
import { sha256 } from "@/lib/crypto/primitives";
import { inRawSnapshot, type RawTx } from "@/lib/db/transaction";
import type { AuditContext } from "../audit-context";
import { entryLeaf, parseEntry } from "../entry";
import { type ErasingRow, readErasingRows } from "./erasing-store";

/** The entry that destroyed a compartment's key. */
export interface Erasing {
  readonly entry: string;
  /** Undefined while it waits for its leaf. */
  readonly seq: number | undefined;
}

type ErasingContext = Pick<AuditContext, "audit" | "instance"> & DbContext;

const Erasure = z.looseObject({
  action: z.literal("compartment.erase"),
  details: z.looseObject({ compartment: z.string(), key_digest: z.string().length(43) }),
});

/** Whether the stored bytes are the leaf's, and say of an erasure that it was done and of this very part. */
function isErasing({ entry_id, leaf_hash, bytes, c, stored }: ErasingRow, log: string): boolean {
  if (leaf_hash !== null && !equalConstantTime(entryLeaf(bytes), leaf_hash)) return false;
  try {
    const entry = parseEntry(bytes);
    const d = toBase64url(sha256(stored));
    const isBound = entry.sealed.some((part) => part.c === c && part.d === d);
    const isDone = entry.class === "retention" && entry.outcome === "done";
    return entry.id === entry_id && entry.log === log && isDone && isBound;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

function compartmentOf(log: string, row: ErasingRow, key: Uint8Array): string | undefined {
  const place = { log, entryId: row.entry_id, c: row.c };
  let plaintext: Json;
  try {
    plaintext = openPart({ ...place, partKey: partKey(key, row.entry_id), stored: row.stored });
  } catch (error) {
    if (error instanceof OpenError) return undefined;
    throw error;
  }
  const parsed = Erasure.safeParse(plaintext);
  return parsed.success ? parsed.data.details.compartment : undefined;
}

/** By compartment: the first entry that says, by its own sealed and bound part, that it destroyed that key. */
async function readErasing(cx: ErasingContext, tx: RawTx): Promise<Map<string, Erasing>> {
  const { log } = cx.instance;
  const rows = (await readErasingRows(tx, log)).filter((row) => isErasing(row, log));
  const keys = await cx.audit.compartments.openById([...new Set(rows.map((row) => row.compartment_id))]);
  const erasing = new Map<string, Erasing>();
  for (const row of rows) {
    const key = keys.get(row.compartment_id);
    const compartment = key && compartmentOf(log, row, key);
    if (compartment === undefined || erasing.has(compartment)) continue;
    erasing.set(compartment, { entry: row.entry_id, seq: row.seq ?? undefined });
  }
  return erasing;
}

/**
 * What entries of the log say of keys that are gone. A missing key without such an entry is no erasure: somebody who
 * owns the database took it. Rows that only say so (an index row, a compartment's date) count for nothing.
 */
export class ErasureBook {
  private known: ReadonlyMap<string, Erasing> | undefined;
  private readonly asked = new Set<string>();

  constructor(private readonly cx: ErasingContext) {}

  /**
   * The erasing entries of these compartments, whose keys are known to be gone: of the snapshot that is read in first,
   * if there is one, then as they are now. Key and entry go in one transaction, so that whoever saw the key gone sees
   * its entry; one that an export's own snapshot is too old for has a later number, or none yet.
   */
  async erasing(compartmentIds: Iterable<string>, tx?: RawTx): Promise<ReadonlyMap<string, Erasing>> {
    const wanted = [...compartmentIds];
    if (wanted.length > 0 && this.known === undefined && tx !== undefined)
      this.known = await readErasing(this.cx, tx);
    const unknown = wanted.filter((id) => !this.known?.has(id) && !this.asked.has(id));
    if (unknown.length === 0) return this.known ?? new Map();
    for (const id of unknown) this.asked.add(id);
    this.known = await inRawSnapshot(this.cx, (now) => readErasing(this.cx, now));
    return this.known;
  }
}
