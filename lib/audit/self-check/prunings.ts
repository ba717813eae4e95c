import "server-only";
import { z } from "zod";
import { equalConstantTime, fromBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { Frontier } from "@/lib/crypto/log/merkle";
import type { RawTx } from "@/lib/db/transaction";
import { around } from "../bundle-verifier/report/report";
import { entryLeaf, parseEntry } from "../entry/entry";
import { readLeafHashes, readPrunings } from "./log-store";
import type { VerificationFinding } from "./schema";

const Seq = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const Prune = z.strictObject({
  minimum: Seq,
  checkpoint: z.strictObject({ size: Seq, root: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }),
});
const BATCH = 10_000;

/** The result of checking the entries of the tree that record a pruning. */
export interface Prunings {
  /** The largest first kept number among the accepted ones; 0 without any. */
  readonly minimum: number;
  /** The rejected ones, each by its own number. They explain no missing data. */
  readonly findings: readonly VerificationFinding[];
}

/** A pruning as an entry records it. */
export interface Pruning {
  readonly seq: number;
  readonly minimum: number;
  readonly size: number;
  readonly root: string;
}

/** An entry as it is stored, and the leaf that vouches for its bytes. */
export interface StoredPruning {
  readonly seq: number;
  readonly leaf_hash: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Returns the pruning that an entry records, or why it is rejected; undefined if it records none. */
export function readPruning({ seq, leaf_hash, bytes }: StoredPruning): Pruning | string | undefined {
  // The walk reports bytes that do not match the leaf.
  if (!equalConstantTime(entryLeaf(bytes), leaf_hash)) return undefined;
  try {
    const { class: of, outcome, pub } = parseEntry(bytes);
    if (pub?.prune === undefined) return undefined;
    const prune = Prune.safeParse(pub.prune);
    if (of !== "retention" || outcome !== "done" || !prune.success)
      return "it does not have the form of a pruning";
    const { minimum, checkpoint } = prune.data;
    if (minimum > checkpoint.size || checkpoint.size > seq) return "it prunes entries that did not exist yet";
    return { seq, minimum, ...checkpoint };
  } catch (error) {
    // The walk reports bytes that are not an entry.
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/**
 * Returns the roots of the trees of these sizes, computed from the stored leaf hashes in one pass; none for a size
 * after a gap.
 */
async function rootsOf(tx: RawTx, log: string, sizes: readonly number[]): Promise<Map<number, Uint8Array>> {
  const wanted = new Set(sizes);
  const largest = Math.max(0, ...sizes);
  const roots = new Map<number, Uint8Array>();
  const frontier = Frontier.empty();
  while (frontier.size < largest) {
    const rows = await readLeafHashes(tx, log, frontier.size, Math.min(largest, frontier.size + BATCH));
    for (const { seq, leaf_hash } of rows) {
      if (seq !== frontier.size) return roots;
      frontier.append(leaf_hash);
      if (wanted.has(frontier.size)) roots.set(frontier.size, frontier.root());
    }
    if (rows.length === 0) return roots;
  }
  return roots;
}

/** Returns, in order, the prunings whose named tree matches the leaves of the log at that size. */
export async function ofThisTree<T extends Pruning>(
  tx: RawTx,
  log: string,
  prunings: readonly T[],
): Promise<T[]> {
  const roots = await rootsOf(
    tx,
    log,
    prunings.map(({ size }) => size),
  );
  return prunings.filter(({ size, root }) => {
    const own = roots.get(size);
    return own !== undefined && equalConstantTime(own, fromBase64url(root));
  });
}

/**
 * Returns how far the log was pruned, according to its entries below `size`. An entry is accepted only if its leaf
 * vouches for its bytes, it has the form that audit_prune writes, and the tree that it names matches the leaves at
 * that size. A person who can only write entries, and does not know that tree, cannot explain missing data with a
 * false one.
 */
export async function judgePrunings(tx: RawTx, log: string, size: number): Promise<Prunings> {
  const prunings: Pruning[] = [];
  const findings: VerificationFinding[] = [];
  const refuse = (seq: number, why: string) =>
    findings.push({
      class: "pruned",
      detail: `entry ${seq} records a pruning that was not accepted: ${why}`,
      ...around(seq),
    });
  for await (const stored of readPrunings(tx, log, size)) {
    const pruning = readPruning(stored);
    if (typeof pruning === "string") refuse(stored.seq, pruning);
    else if (pruning !== undefined) prunings.push(pruning);
  }
  const believed = new Set(await ofThisTree(tx, log, prunings));
  let minimum = 0;
  for (const pruning of prunings) {
    if (believed.has(pruning)) minimum = Math.max(minimum, pruning.minimum);
    else refuse(pruning.seq, "it names the root of another tree");
  }
  return { minimum, findings };
}
