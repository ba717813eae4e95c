import "server-only";
import { z } from "zod";
import { openPart, partKey } from "@/lib/crypto/audit-part";
import { fromUtf8 } from "@/lib/crypto/bytes";
import { parseCanonicalJson } from "@/lib/crypto/canonical-json";
import type { RawTx } from "@/lib/db/transaction";
import type { ReaderContext } from "../reading/filter";
import { type EraseRow, findPrune, readErasures, readGone } from "./gone-store";

/** What of the log is gone for good, as entries of the tree say. */
export interface Gone {
  /** Ids of the entries that destroyed a compartment's key, by the compartment's row id. */
  readonly erasedBy: ReadonlyMap<string, string>;
  readonly pruned?: { readonly minimum: number; readonly entry: string };
  /** Numbers whose bytes were pruned; a hold keeps some below the minimum. */
  readonly numbers: ReadonlySet<number>;
}

const Erasure = z.object({ details: z.object({ compartment: z.string() }) });
const Prune = z.object({ pub: z.object({ prune: z.object({ minimum: z.int().min(0) }) }) });

async function compartmentOf(cx: ReaderContext, row: EraseRow): Promise<string | undefined> {
  const key = (await cx.audit.compartments.openById([row.compartment_id])).get(row.compartment_id);
  if (key === undefined) return undefined;
  const place = { log: cx.instance.log, entryId: row.entry_id, c: row.c };
  const plaintext = openPart({ ...place, partKey: partKey(key, row.entry_id), stored: row.stored });
  const parsed = Erasure.safeParse(plaintext);
  return parsed.success ? parsed.data.details.compartment : undefined;
}

/**
 * The one place where exports learn of erasure and pruning: from the entries that recorded them, below `size` only,
 * so that a bundle names no entry that is not in its tree.
 */
export async function readWhatIsGone(cx: ReaderContext, tx: RawTx, size: number): Promise<Gone> {
  const { log } = cx.instance;
  const erasedBy = new Map<string, string>();
  for (const row of await readErasures(tx, log, size)) {
    const compartment = await compartmentOf(cx, row);
    if (compartment !== undefined && !erasedBy.has(compartment)) erasedBy.set(compartment, row.entry_id);
  }
  const row = await findPrune(tx, log, size);
  if (row === undefined) return { erasedBy, numbers: new Set() };
  const { minimum } = Prune.parse(parseCanonicalJson(fromUtf8(row.bytes))).pub.prune;
  const numbers = await readGone(tx, log, minimum);
  return { erasedBy, pruned: { minimum, entry: row.entry_id }, numbers };
}
