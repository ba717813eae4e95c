import "server-only";
import { equalConstantTime } from "@/lib/crypto/bytes";
import type { RawTx } from "@/lib/db/transaction";
import { entryLeaf } from "../entry";
import type { ReaderContext } from "../reading/filter";
import { readPruning } from "../verification/prunings";
import { readFoundAsPrune, readGone } from "./gone-store";

/** What of the log was pruned, as an entry of the tree says. */
export interface Gone {
  readonly pruned?: { readonly minimum: number; readonly entry: string };
  /** Number of that entry, where anything below the minimum is gone. */
  readonly prunedAt?: number;
  /** Numbers whose bytes were pruned; a hold keeps some below the minimum. */
  readonly numbers: ReadonlySet<number>;
}

/** The newest entry that is a pruning; a search row alone makes none of another. */
async function findPruning(tx: RawTx, log: string, size: number) {
  for await (const { seq, entry_id, leaf_hash, bytes } of readFoundAsPrune(tx, log, size)) {
    if (!equalConstantTime(entryLeaf(bytes), leaf_hash)) continue;
    const pruning = readPruning(seq, bytes);
    if (typeof pruning === "object") return { ...pruning, entry: entry_id };
  }
  return undefined;
}

/**
 * What was pruned, from the entry that recorded it, below `size` only, so that a bundle names no entry that is not in
 * its tree. What was erased is seen part by part (export-row.ts).
 */
export async function readWhatIsGone(cx: ReaderContext, tx: RawTx, size: number): Promise<Gone> {
  const { log } = cx.instance;
  const pruning = await findPruning(tx, log, size);
  if (pruning === undefined) return { numbers: new Set() };
  const { seq, minimum, entry } = pruning;
  const numbers = await readGone(tx, log, minimum);
  const at = numbers.size === 0 ? {} : { prunedAt: seq };
  return { pruned: { minimum, entry }, numbers, ...at };
}
