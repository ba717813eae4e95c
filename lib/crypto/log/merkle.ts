import { equalConstantTime } from "../bytes";
import { FormatError } from "../format-error";
import { sha256 } from "../primitives";
import { consistencyRanges, inclusionRanges, type LeafRange, splitPoint, subtreesOf } from "./merkle-ranges";

const LEAF = Uint8Array.of(0);
const HASH_BYTES = 32;
/** 0x01 and two hashes. Hashing is synchronous and these bytes are public, so one array serves all nodes. */
const node = new Uint8Array(1 + 2 * HASH_BYTES);
node[0] = 1;

/** Reads the hash of the complete subtree of 2^level leaves that begins at leaf index · 2^level. */
export type ReadNode = (level: number, index: number) => Promise<Uint8Array>;

/** Leaf hash SHA-256(0x00 ‖ entry) (RFC 6962 section 2.1). */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(LEAF, entry);
}

/** Inner node SHA-256(0x01 ‖ left ‖ right) (RFC 6962 section 2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES)
    throw new FormatError("format.merkle", "a node hash has 32 bytes");
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node);
}

/** Hash of the empty tree, SHA-256 of nothing (RFC 6962 section 2.1). */
export function emptyRoot(): Uint8Array {
  return sha256();
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES;
}

/** Joins the roots of adjacent complete subtrees, largest first, into the root over all of them. */
function foldRight(hashes: readonly Uint8Array[]): Uint8Array {
  const last = hashes.at(-1);
  if (last === undefined) return emptyRoot();
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

function rangeRoot(leaves: readonly Uint8Array[], { start, end }: LeafRange): Uint8Array {
  if (end - start === 1) {
    const leaf = leaves[start];
    if (leaf === undefined || !isHash(leaf))
      throw new FormatError("format.merkle", "a leaf hash has 32 bytes");
    return leaf;
  }
  const middle = start + splitPoint(end - start);
  return nodeHash(rangeRoot(leaves, { start, end: middle }), rangeRoot(leaves, { start: middle, end }));
}

function checkHeld(leaves: readonly Uint8Array[], size: number): void {
  if (size > leaves.length) throw new FormatError("format.merkle", "the tree is larger than its leaves");
}

/** Root over leaf hashes, MTH of RFC 6962 section 2.1. */
export function treeRoot(leafHashes: readonly Uint8Array[]): Uint8Array {
  if (leafHashes.length === 0) return emptyRoot();
  return rangeRoot(leafHashes, { start: 0, end: leafHashes.length });
}

/** Inclusion proof PATH(index, D[size]) over leaf hashes, nearest sibling first (RFC 6962 section 2.1.1). */
export function inclusionProof(
  leafHashes: readonly Uint8Array[],
  index: number,
  size: number = leafHashes.length,
): Uint8Array[] {
  checkHeld(leafHashes, size);
  return inclusionRanges(index, size).map((range) => rangeRoot(leafHashes, range));
}

/** Consistency proof PROOF(oldSize, D[newSize]) over leaf hashes (RFC 6962 section 2.1.2). */
export function consistencyProof(
  leafHashes: readonly Uint8Array[],
  oldSize: number,
  newSize: number,
): Uint8Array[] {
  checkHeld(leafHashes, newSize);
  return consistencyRanges(oldSize, newSize).map((range) => rangeRoot(leafHashes, range));
}

async function readRange(readNode: ReadNode, range: LeafRange): Promise<Uint8Array> {
  const hashes = await Promise.all(subtreesOf(range).map(({ level, index }) => readNode(level, index)));
  if (!hashes.every(isHash)) throw new FormatError("format.merkle", "a node hash has 32 bytes");
  return foldRight(hashes);
}

/** Root of the tree of a size, from stored nodes. */
export function rootFrom(readNode: ReadNode, size: number): Promise<Uint8Array> {
  return readRange(readNode, { start: 0, end: size });
}

/** Returns an inclusion proof from stored nodes. Reads at most 2·log2(size) of them. */
export function inclusionProofFrom(readNode: ReadNode, index: number, size: number): Promise<Uint8Array[]> {
  return Promise.all(inclusionRanges(index, size).map((range) => readRange(readNode, range)));
}

/** Consistency proof from stored nodes. */
export function consistencyProofFrom(
  readNode: ReadNode,
  oldSize: number,
  newSize: number,
): Promise<Uint8Array[]> {
  return Promise.all(consistencyRanges(oldSize, newSize).map((range) => readRange(readNode, range)));
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Verifies an inclusion proof (RFC 9162 section 2.1.3.2). Returns false for malformed input. */
export function verifyInclusion(input: {
  readonly leafHash: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}): boolean {
  const { index, size, proof, root } = input;
  if (!isSize(index) || !isSize(size) || index >= size) return false;
  if (![input.leafHash, root, ...proof].every(isHash)) return false;
  let at = index;
  let last = size - 1;
  let hash = input.leafHash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalConstantTime(hash, root);
}

/**
 * Verifies a consistency proof (RFC 9162 section 2.1.4.2). A claim about size zero proves nothing and is refused. Equal
 * sizes need an empty proof and equal roots. Returns false for malformed input.
 */
export function verifyConsistency(input: {
  readonly oldSize: number;
  readonly newSize: number;
  readonly oldRoot: Uint8Array;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): boolean {
  const { oldSize, newSize, oldRoot, newRoot, proof } = input;
  if (!isSize(oldSize) || !isSize(newSize) || oldSize === 0 || oldSize > newSize) return false;
  if (![oldRoot, newRoot, ...proof].every(isHash)) return false;
  if (oldSize === newSize) return proof.length === 0 && equalConstantTime(oldRoot, newRoot);
  const roots = replayConsistency(oldSize, newSize, oldRoot, proof);
  if (roots === undefined) return false;
  return equalConstantTime(roots.old, oldRoot) && equalConstantTime(roots.new, newRoot);
}

function replayConsistency(
  oldSize: number,
  newSize: number,
  oldRoot: Uint8Array,
  proof: readonly Uint8Array[],
): { old: Uint8Array; new: Uint8Array } | undefined {
  let at = oldSize - 1;
  let last = newSize - 1;
  while (at % 2 === 1) {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  // If the old tree is one complete subtree, its root is not in the proof.
  const [seed, ...rest] = at === 0 ? [oldRoot, ...proof] : proof;
  if (seed === undefined) return undefined;
  let roots = { old: seed, new: seed };
  for (const hash of rest) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      roots = { old: nodeHash(hash, roots.old), new: nodeHash(hash, roots.new) };
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      roots = { old: roots.old, new: nodeHash(roots.new, hash) };
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? roots : undefined;
}

/** The roots of a tree's complete subtrees, largest first: all that an append and the root need. */
export class Frontier {
  #size: number;
  readonly #hashes: Uint8Array[];

  private constructor(size: number, hashes: readonly Uint8Array[]) {
    this.#size = size;
    this.#hashes = [...hashes];
  }

  static empty(): Frontier {
    return new Frontier(0, []);
  }

  /** Restores a frontier; throws FormatError unless there is one hash for each one-bit of the size. */
  static from(size: number, hashes: readonly Uint8Array[]): Frontier {
    const count = isSize(size) ? subtreesOf({ start: 0, end: size }).length : -1;
    if (hashes.length !== count || !hashes.every(isHash)) {
      throw new FormatError("format.merkle", "the hashes do not fit the size");
    }
    return new Frontier(size, hashes);
  }

  get size(): number {
    return this.#size;
  }

  get hashes(): readonly Uint8Array[] {
    return [...this.#hashes];
  }

  /** Adds a leaf hash at the end. */
  append(leaf: Uint8Array): void {
    if (!isHash(leaf)) throw new FormatError("format.merkle", "a leaf hash has 32 bytes");
    let hash = leaf;
    for (let size = this.#size; size % 2 === 1; size = Math.floor(size / 2)) {
      const left = this.#hashes.pop();
      if (left === undefined) throw new FormatError("format.merkle", "the hashes do not fit the size");
      hash = nodeHash(left, hash);
    }
    this.#hashes.push(hash);
    this.#size += 1;
  }

  root(): Uint8Array {
    return foldRight(this.#hashes);
  }
}
