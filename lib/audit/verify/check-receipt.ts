import { equalConstantTime, fromBase64url, toHex } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { parseMicros } from "@/lib/crypto/instant";
import { verifyReceipt } from "@/lib/crypto/receipt";
import { parseVkey } from "@/lib/crypto/signed-note";
import { entryLeaf, parseEntry } from "../entry";
import type { ReceiptFile } from "./bundle-format";
import type { Finding, Note } from "./report";

/** Looks out for the leaves and ids of receipts while the log passes by. */
export class ReceiptWatch {
  readonly #leafAt = new Map<string, number>();
  readonly #idAt = new Map<string, number>();
  /** First four bytes of the wanted leaves: nearly every leaf is passed over by these alone. */
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

function leafOf(receipt: ReceiptFile): Uint8Array | undefined {
  try {
    const leaf = fromBase64url(receipt.leaf_hash);
    return leaf.length === 32 ? leaf : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** What a receipt is held against once the whole bundle was read. */
export interface ReceiptGround {
  readonly log: string;
  readonly receiptKeys: readonly string[];
  readonly watch: ReceiptWatch;
  /** Leaves below this stand under a trusted checkpoint. */
  readonly provenSize: number;
  /** Microseconds: the bundle's tree was the whole log at this time, by the newest evidence in it. */
  readonly evidence: bigint | undefined;
}

export interface ReceiptCheck {
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
}

/** Holds a receipt against the bundle: its promise must be kept, or not be due yet. */
export function checkReceipt(receipt: ReceiptFile, ground: ReceiptGround): ReceiptCheck {
  if (receipt.log !== ground.log) return wrong("receipt", `the receipt is of the log ${receipt.log}`);
  const leaf = leafOf(receipt);
  if (leaf === undefined || !isSigned(receipt, leaf, ground))
    return wrong("receipt", "the receipt is signed by no trusted receipt key");
  if (!isOfItsEntry(receipt, leaf)) return wrong("receipt", "the receipt's entry does not give its leaf");
  const seq = ground.watch.leafAt(leaf);
  if (seq !== undefined) return found(receipt, seq, ground.provenSize);
  const stands = ground.watch.idAt(receipt.entry_id);
  if (stands !== undefined) {
    return wrong("content mismatch", `entry ${stands} is not the one the receipt was given for`, stands);
  }
  return absent(receipt, ground.evidence);
}

function found(receipt: ReceiptFile, seq: number, provenSize: number): ReceiptCheck {
  if (seq >= provenSize) {
    const detail = `the receipt's entry is leaf ${seq}, over which no trusted checkpoint stands`;
    return wrong("unanchored tail", detail, seq);
  }
  const detail = `the receipt's entry ${receipt.entry_id} is leaf ${seq}: the promise was kept`;
  return { findings: [], notes: [{ class: "receipt", detail, count: seq }] };
}

function absent(receipt: ReceiptFile, evidence: bigint | undefined): ReceiptCheck {
  if (evidence !== undefined && parseMicros(receipt.integrate_by) < evidence) {
    const detail = `entry ${receipt.entry_id} was promised by ${receipt.integrate_by} and is not in the tree: the promise is broken`;
    return wrong("missing leaf", detail);
  }
  const detail = `the receipt's entry is promised by ${receipt.integrate_by}, which this bundle does not reach`;
  return { findings: [], notes: [{ class: "receipt not due", detail }] };
}

function isSigned(receipt: ReceiptFile, leafHash: Uint8Array, ground: ReceiptGround): boolean {
  const claims = { log: receipt.log, entryId: receipt.entry_id, leafHash, integrateBy: receipt.integrate_by };
  return ground.receiptKeys.some((key) => verifyReceipt(parseVkey(key).publicKey, claims, receipt.signature));
}

function isOfItsEntry(receipt: ReceiptFile, leafHash: Uint8Array): boolean {
  try {
    const bytes = fromBase64url(receipt.entry);
    return equalConstantTime(entryLeaf(bytes), leafHash) && parseEntry(bytes).id === receipt.entry_id;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

function wrong(of: Finding["class"], detail: string, seq?: number): ReceiptCheck {
  return { findings: [{ class: of, detail, ...(seq === undefined ? {} : { seq }) }], notes: [] };
}
