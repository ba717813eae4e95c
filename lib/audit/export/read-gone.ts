import "server-only";
import { equalConstantTime } from "@/lib/crypto/bytes";
import type { RawTx } from "@/lib/db/transaction";
import { entryLeaf } from "../entry";
import type { ReaderContext } from "../reading/filter";
import { ofThisTree, type Pruning, readPruning } from "../verification/prunings";
import { readFoundAsPrune, readGone } from "./gone-store";

/** What of the log was pruned, as an entry of the tree says. */
export interface Gone {
  readonly pruned?: { readonly minimum: number; readonly entry: string };
  /** Number of that entry, where anything below the minimum is gone. */
  readonly prunedAt?: number;
  /** Numbers whose bytes were pruned; a hold keeps some below the minimum. */
  readonly numbers: ReadonlySet<number>;
}

/** As many as a verification looks at (log-store.ts). */
const MAX_PRUNINGS = 10_000;

/**
 * The newest entry that is a pruning of this very tree; a search row alone makes none of another, and one that names
 * another tree is believed by no verifier.
 */
async function findPruning(tx: RawTx, log: string, size: number) {
  const found: (Pruning & { readonly entry: string })[] = [];
  for await (const { seq, entry_id, leaf_hash, bytes } of readFoundAsPrune(tx, log, size)) {
    if (!equalConstantTime(entryLeaf(bytes), leaf_hash)) continue;
    const pruning = readPruning(seq, bytes);
    if (typeof pruning === "object") found.push({ ...pruning, entry: entry_id });
    if (found.length === MAX_PRUNINGS) break;
  }
  return (await ofThisTree(tx, log, found))[0];
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
