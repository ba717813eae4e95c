import { FormatError } from "../format-error";

/** Leaves start … end − 1. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/** The complete subtree of 2^level leaves that begins at leaf index · 2^level. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

/** Largest power of two below n, for n of at least 2 (k of RFC 6962 section 2.1). */
export function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/**
 * Returns the complete subtrees, largest first, that make up a range. The range must begin where RFC 6962 lets a subtree
 * begin: at a multiple of its largest part.
 */
export function subtreesOf(range: LeafRange): Subtree[] {
  const subtrees: Subtree[] = [];
  let start = range.start;
  while (start < range.end) {
    let level = 0;
    let width = 1;
    while (width * 2 <= range.end - start) {
      width *= 2;
      level += 1;
    }
    if (start % width !== 0) throw new FormatError("format.merkle", "the range is not aligned");
    subtrees.push({ level, index: start / width });
    start += width;
  }
  return subtrees;
}

/** Ranges whose roots are PATH(index, D[size]), nearest first (RFC 6962 section 2.1.1). */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) {
    throw new FormatError("format.merkle", "the index is outside the tree");
  }
  const ranges: LeafRange[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/** Ranges whose roots are PROOF(oldSize, D[newSize]) (RFC 6962 section 2.1.2); size zero is refused. */
export function consistencyRanges(oldSize: number, newSize: number): LeafRange[] {
  if (!Number.isSafeInteger(oldSize) || !Number.isSafeInteger(newSize) || oldSize < 1 || oldSize > newSize) {
    throw new FormatError("format.merkle", "sizes must be at least one and must not shrink");
  }
  const ranges: LeafRange[] = [];
  let start = 0;
  let end = newSize;
  while (end !== oldSize) {
    const middle = start + splitPoint(end - start);
    if (oldSize <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // If the old tree is one complete subtree, the verifier knows its root already.
  if (start > 0) ranges.push({ start, end });
  return ranges.reverse();
}
