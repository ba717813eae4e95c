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

/** What entries of the tree that tell of a pruning come to. */
export interface Prunings {
  /** The largest first kept number among those that are believed; 0 without any. */
  readonly minimum: number;
  /** The others, each by its own number: they explain nothing that is missing. */
  readonly findings: readonly VerificationFinding[];
}

/** A pruning as an entry tells of it. */
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

/** The pruning that an entry tells of, or why it is not believed; undefined where it tells of none. */
export function readPruning({ seq, leaf_hash, bytes }: StoredPruning): Pruning | string | undefined {
  // Other bytes than the leaf's are a finding of the walk.
  if (!equalConstantTime(entryLeaf(bytes), leaf_hash)) return undefined;
  try {
    const { class: of, outcome, pub } = parseEntry(bytes);
    if (pub?.prune === undefined) return undefined;
    const prune = Prune.safeParse(pub.prune);
    if (of !== "retention" || outcome !== "done" || !prune.success) return "it has not the form of one";
    const { minimum, checkpoint } = prune.data;
    if (minimum > checkpoint.size || checkpoint.size > seq) return "it prunes what was not there yet";
    return { seq, minimum, ...checkpoint };
  } catch (error) {
    // Bytes that are no entry are a finding of the walk.
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** Roots of the trees of these sizes over the stored leaf hashes, in one pass; none of a size behind a gap. */
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

/** Those of some prunings that name a tree which the leaves of the log give at that size, in their order. */
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
 * How far the log says below `size` that it was pruned. An entry is believed whose leaf vouches for its bytes, that has the form of
 * the door that prunes and names a tree that the leaves give at that size: whoever can only have entries written, and does not know of that tree, explains
 * nothing with one.
 */
export async function judgePrunings(tx: RawTx, log: string, size: number): Promise<Prunings> {
  const prunings: Pruning[] = [];
  const findings: VerificationFinding[] = [];
  const refuse = (seq: number, why: string) =>
    findings.push({
      class: "pruned",
      detail: `entry ${seq} says that others were pruned and is not believed: ${why}`,
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
