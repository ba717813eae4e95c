import "server-only";
import type { PoolClient } from "pg";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { Frontier } from "@/lib/crypto/log/merkle";
import { CHAIN_START, entryLeaf } from "../entry/entry";
import { type SignedCopy, SignerStoreDamaged } from "../signer/signed-copy";
import { findSigned } from "../signer/signed-mark";
import { readLeavesFrom, type SignedLog, type StoredLeaf } from "./store";

const BATCH = 2_000;

/** How the restored database differs from the signed tree. */
export interface Compared {
  /** First index at which they differ: entries [from, to) will be appended again. */
  readonly from: number;
  /** Size of the last signed tree. */
  readonly to: number;
  readonly root: Uint8Array;
  /** Leaves of the database from `from` on that were never signed. */
  readonly unsigned: number;
  /** Frontier and chain value at `from`. */
  readonly frontier: Frontier;
  readonly chain: Uint8Array;
  /** The signed entries from `from` on. */
  rest(): AsyncGenerator<Uint8Array[]>;
}

/** Entries in batches of a bounded number, from an index on. */
async function* batchesFrom(copy: SignedCopy, from: number): AsyncGenerator<Uint8Array[]> {
  let at = 0;
  for await (const entries of copy.entries()) {
    const wanted = entries.slice(Math.max(0, from - at));
    at += entries.length;
    for (let start = 0; start < wanted.length; start += BATCH) yield wanted.slice(start, start + BATCH);
  }
}

/** Compares both entry by entry; `common` is the index where they differ. */
class Walk {
  readonly whole = Frontier.empty();
  common: { readonly frontier: Frontier; readonly chain: Uint8Array } | undefined;
  chain: Uint8Array = CHAIN_START;

  step(entry: Uint8Array, known: StoredLeaf | undefined): void {
    const leaf = entryLeaf(entry);
    if (this.common === undefined) {
      const isSame = known?.seq === this.whole.size && equalConstantTime(known.leaf_hash, leaf);
      if (isSame) this.chain = known.chain;
      else this.common = this.#here();
    }
    this.whole.append(leaf);
  }

  get parted(): { readonly frontier: Frontier; readonly chain: Uint8Array } {
    return this.common ?? this.#here();
  }

  #here() {
    return { frontier: Frontier.from(this.whole.size, this.whole.hashes), chain: this.chain };
  }
}

/**
 * Compares both from entry 0 on and finds where they differ. The signer's copy is hashed whole and must give the
 * signed root, so that no entry comes from a damaged copy. On the way it must give the root of the newest checkpoint that
 * the database has by the log's key, so that the signer's word alone replaces nothing under a checkpoint.
 */
export async function compareWithSigned(
  client: PoolClient,
  { log, logVkey }: SignedLog,
  databaseSize: number,
  copy: SignedCopy,
): Promise<Compared> {
  const walk = new Walk();
  const { whole } = walk;
  const anchor = await findSigned(client, log, logVkey);
  for await (const entries of batchesFrom(copy, 0)) {
    const isOver = walk.common !== undefined;
    const stored = isOver ? [] : await readLeavesFrom(client, log, whole.size, entries.length);
    for (const [at, entry] of entries.entries()) {
      walk.step(entry, stored[at]);
      if (whole.size === anchor?.size && !equalConstantTime(whole.root(), anchor.root))
        throw new SignerStoreDamaged(
          `the copy is another tree than the checkpoint over ${anchor.size} entries in the database, which the log's key signed`,
        );
    }
  }
  if (whole.size !== copy.size || !equalConstantTime(whole.root(), copy.root)) {
    throw new SignerStoreDamaged("the entry file does not give the root that was signed");
  }
  const { frontier, chain } = walk.parted;
  const from = frontier.size;
  return {
    from,
    to: copy.size,
    root: copy.root,
    unsigned: Math.max(0, databaseSize - from),
    frontier,
    chain,
    rest: () => batchesFrom(copy, from),
  };
}
