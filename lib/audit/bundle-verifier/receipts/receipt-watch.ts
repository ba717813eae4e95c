import { fromBase64url, toHex } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import type { ReceiptFile } from "../claims/bundle-format";

/** Finds the leaves and ids of receipts while the log is read. */
export class ReceiptWatch {
  readonly #leafAt = new Map<string, number>();
  readonly #idAt = new Map<string, number>();
  /** First four bytes of the wanted leaves. Nearly every other leaf is skipped by these alone. */
  readonly #heads = new Set<number>();
  readonly #leaves: ReadonlySet<string>;
  readonly #ids: ReadonlySet<string>;

  constructor(receipts: readonly ReceiptFile[]) {
    const leaves = receipts.map(leafOf).filter((leaf) => leaf !== undefined);
    for (const leaf of leaves) this.#heads.add(headOf(leaf));
    this.#leaves = new Set(leaves.map(toHex));
    this.#ids = new Set(receipts.map((receipt) => receipt.entry_id));
  }

  seeLeaf(leaf: Uint8Array, seq: number): void {
    if (!this.#heads.has(headOf(leaf))) return;
    const hex = toHex(leaf);
    if (this.#leaves.has(hex) && !this.#leafAt.has(hex)) this.#leafAt.set(hex, seq);
  }

  seeId(id: string, seq: number): void {
    if (this.#ids.has(id) && !this.#idAt.has(id)) this.#idAt.set(id, seq);
  }

  leafAt(leaf: Uint8Array): number | undefined {
    return this.#leafAt.get(toHex(leaf));
  }

  idAt(id: string): number | undefined {
    return this.#idAt.get(id);
  }
}

function headOf(leaf: Uint8Array): number {
  return (((leaf[0] ?? 0) << 24) | ((leaf[1] ?? 0) << 16) | ((leaf[2] ?? 0) << 8) | (leaf[3] ?? 0)) >>> 0;
}

/** Returns the leaf that a receipt promises. Undefined if it names none of 32 bytes. */
export function leafOf(receipt: ReceiptFile): Uint8Array | undefined {
  try {
    const leaf = fromBase64url(receipt.leaf_hash);
    return leaf.length === 32 ? leaf : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
