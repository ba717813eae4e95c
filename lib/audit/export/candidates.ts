import "server-only";
import { equalConstantTime, fromBase64url } from "@/lib/crypto/bytes";
import type { RawTx } from "@/lib/db/transaction";
import type { FencedBy } from "../reading/fence";
import type { Erasings } from "../retention/erasure/erasing-entries";
import { type Pruning, readPruning } from "../self-check/prunings";
import { type Recovery, readRecoveries } from "../self-check/recoveries";
import { readFoundAsPrune } from "./candidate-store";

/** A pruning, and the entry that records it. */
export interface FoundPruning extends Pruning {
  readonly entry: string;
  readonly hash: Uint8Array;
}

/** The limit of a verifier. */
const MOST_PRUNINGS = 10_000;

/**
 * Returns the pruning below `size` that reaches furthest, the newest of several. An index row is only used to find
 * it.
 */
export async function findPruning(tx: RawTx, log: string, size: number): Promise<FoundPruning | undefined> {
  let furthest: FoundPruning | undefined;
  let count = 0;
  for await (const stored of readFoundAsPrune(tx, log, size)) {
    const pruning = readPruning(stored);
    if (typeof pruning !== "object") continue;
    count += 1;
    if (furthest === undefined || pruning.minimum > furthest.minimum)
      furthest = { ...pruning, entry: stored.entry_id, hash: stored.leaf_hash };
    if (count === MOST_PRUNINGS) break;
  }
  return furthest;
}

/**
 * Returns recoveries that explain to this reader why parts are missing. The export has their entries, so that a
 * verifier finds them. In a whole export an entry without a sealed part is outside every fence, whatever its index
 * row contains.
 */
export async function findRecoveries(
  tx: RawTx,
  { log, size, isWhole }: { readonly log: string; readonly size: number; readonly isWhole: boolean },
  isWithin: (row: FencedBy) => boolean,
): Promise<readonly Recovery[]> {
  const recoveries = await readRecoveries(tx, log, size);
  return recoveries.filter(
    ({ lost, fence, isPublic }) =>
      lost.length > 0 && ((isWhole && isPublic) || (fence !== undefined && isWithin(fence))),
  );
}

interface Candidate {
  readonly hash: Uint8Array;
  isMet: boolean;
  isBelieved: boolean;
}

/**
 * Entries that justify missing data: prunings, recoveries, erasures. Index rows found them before the scan. So they
 * count only if the scan meets each at its number with its leaf.
 */
export class Candidates {
  readonly #known = new Map<number, Candidate>();

  add({ seq, hash }: { readonly seq: number; readonly hash: Uint8Array }): void {
    this.#known.set(seq, { hash, isMet: false, isBelieved: false });
  }

  addErasures(erasings: Erasings): void {
    for (const { seq, hash } of [...erasings.values()].flat())
      if (seq !== undefined && hash !== undefined) this.add({ seq, hash });
  }

  /** Notes that the entry at this number justifies missing data in the export. */
  believe(seq: number): void {
    const candidate = this.#known.get(seq) ?? { hash: new Uint8Array(0), isMet: false, isBelieved: false };
    this.#known.set(seq, { ...candidate, isBelieved: true });
  }

  /** Processes the leaf that the scan meets at a number. */
  meet(seq: number, leaf: Uint8Array): void {
    const candidate = this.#known.get(seq);
    if (candidate !== undefined) candidate.isMet = equalConstantTime(candidate.hash, leaf);
  }

  /** Returns the number of a used candidate that the scan did not meet; undefined if it met all of them. */
  unmet(): number | undefined {
    for (const [seq, { isMet, isBelieved }] of this.#known) if (isBelieved && !isMet) return seq;
    return undefined;
  }
}

/** Returns whether the tree at the size that a pruning names has the root that it names. */
export function isRootOf({ root }: FoundPruning, own: Uint8Array): boolean {
  return equalConstantTime(own, fromBase64url(root));
}
