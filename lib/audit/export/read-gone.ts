import "server-only";
import type { RawTx } from "@/lib/db/transaction";
import type { ReaderContext } from "../reading/fence";
import { ofThisTree, type Pruning, readPruning } from "../self-check/prunings";
import { readFoundAsPrune, readGone } from "./gone-store";

/** What of the log was pruned, as an entry of the tree says. */
export interface Gone {
  readonly pruned?: { readonly minimum: number; readonly entry: string };
  /** Number of that entry, where anything below the minimum is gone. */
  readonly prunedAt?: number;
  /** Numbers whose bytes were pruned; a hold keeps some below the minimum. */
  readonly numbers: ReadonlySet<number>;
}

/** A pruning, and the entry that tells of it. */
export interface FoundPruning extends Pruning {
  readonly entry: string;
}

/** As many as a verification looks at (log-store.ts). */
const MAX_PRUNINGS = 10_000;

/**
 * The entry below `size` that is a pruning of this very tree and reaches furthest, the newest of several; a search row
 * alone makes none of another, and one that names another tree is believed by no verifier.
 */
export async function findPruning(tx: RawTx, log: string, size: number): Promise<FoundPruning | undefined> {
  const found: FoundPruning[] = [];
  for await (const stored of readFoundAsPrune(tx, log, size)) {
    const pruning = readPruning(stored);
    if (typeof pruning === "object") found.push({ ...pruning, entry: stored.entry_id });
    if (found.length === MAX_PRUNINGS) break;
  }
  const [newest, ...older] = await ofThisTree(tx, log, found);
  if (newest === undefined) return undefined;
  return older.reduce((furthest, next) => (next.minimum > furthest.minimum ? next : furthest), newest);
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
