import "server-only";
import { z } from "zod";
import { fromUtf8 } from "@/lib/crypto/bytes";
import { parseCanonicalJson } from "@/lib/crypto/canonical-json";
import type { RawTx } from "@/lib/db/transaction";
import type { ReaderContext } from "../reading/filter";
import { findPrune, readGone } from "./gone-store";

/** What of the log was pruned, as an entry of the tree says. */
export interface Gone {
  readonly pruned?: { readonly minimum: number; readonly entry: string };
  /** Number of that entry, where anything below the minimum is gone. */
  readonly prunedAt?: number;
  /** Numbers whose bytes were pruned; a hold keeps some below the minimum. */
  readonly numbers: ReadonlySet<number>;
}

const Prune = z.object({ pub: z.object({ prune: z.object({ minimum: z.int().min(0) }) }) });

/**
 * What was pruned, from the entry that recorded it, below `size` only, so that a bundle names no entry that is not in
 * its tree. What was erased is seen part by part (export-row.ts).
 */
export async function readWhatIsGone(cx: ReaderContext, tx: RawTx, size: number): Promise<Gone> {
  const { log } = cx.instance;
  const row = await findPrune(tx, log, size);
  if (row === undefined) return { numbers: new Set() };
  const { minimum } = Prune.parse(parseCanonicalJson(fromUtf8(row.bytes))).pub.prune;
  const numbers = await readGone(tx, log, minimum);
  const at = numbers.size === 0 ? {} : { prunedAt: row.seq };
  return { pruned: { minimum, entry: row.entry_id }, numbers, ...at };
}
