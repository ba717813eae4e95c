import { equalConstantTime, toBase64url } from "@/lib/crypto/bytes";
import { Frontier } from "@/lib/crypto/log/merkle";
import type { FilePass } from "../container/file-pass";
import { type LineBatch, lineBatches } from "../container/lines";
import { around, type Finding, type Findings, type RootsApart } from "../report/report";
import type { TrustedCheckpoint } from "./check-tree";
import { DIGEST_CHARACTERS, decodeLeaf } from "./digest-text";

const HASH_BYTES = 32;
const LINE_BYTES = DIGEST_CHARACTERS + 2;
const NEWLINE = 0x0a;

/** Receives every leaf in order. The bytes are valid during the call only. */
export type SeeLeaf = (leaf: Uint8Array, seq: number) => void;

/** How far the leaves agree with the signed checkpoints. */
export interface TreeState {
  /** A trusted root covers the leaves below this number. */
  readonly provenSize: number;
  /** First trusted checkpoint that the leaves do not give. The fault is between provenSize and here. */
  readonly failedSize: number | undefined;
  /** Its root and the root of these leaves. Also undefined if there are too few leaves for one. */
  readonly rootsApart: RootsApart | undefined;
  /** Number of leaves in the file. */
  readonly count: number;
}

/**
 * Reads leaves.txt once from its first line to its last: computes the file's digest, rebuilds the tree, compares it with
 * every trusted checkpoint on the way, and keeps one window of leaves for the entries that are read in parallel.
 */
export class LeafStream {
  readonly #batches: AsyncGenerator<LineBatch>;
  readonly #frontier = Frontier.empty();
  #window = new Uint8Array(0);
  #from = 0;
  #count = 0;
  #next = 0;
  #provenSize = 0;
  #failedSize: number | undefined;
  #rootsApart: RootsApart | undefined;

  constructor(
    readonly pass: FilePass,
    /** Smallest first. */
    readonly trusted: readonly TrustedCheckpoint[],
    readonly findings: Findings,
    readonly see: SeeLeaf | undefined,
  ) {
    this.#batches = lineBatches(pass.file.name, pass.chunks());
    this.#compare();
  }

  /** Returns whether the leaf of this number is in the window. Callers ask in rising order. */
  isAtHand(seq: number): boolean {
    return seq >= this.#from && seq < this.#count;
  }

  /** Reads on until the leaf is in the window. Returns false when the file has fewer leaves, or the leaf was passed already. */
  async reach(seq: number): Promise<boolean> {
    while (seq >= this.#count) if (!(await this.#advance())) return false;
    return this.isAtHand(seq);
  }

  /** Returns the leaf of a number in the window. */
  leaf(seq: number): Uint8Array {
    const at = (seq - this.#from) * HASH_BYTES;
    return this.#window.subarray(at, at + HASH_BYTES);
  }

  /** Reads to the end of the file and returns how far the tree agrees. */
  async finish(): Promise<TreeState> {
    while (await this.#advance()) {
      // #take processes every leaf.
    }
    const next = this.trusted[this.#next];
    if (this.#failedSize === undefined && next !== undefined) {
      this.#failedSize = next.size;
      this.findings.add(this.#shortOf(next));
    }
    return this.state;
  }

  /**
   * Reports too few leaves for a trusted checkpoint. If the checkpoint is kept by the checker and not in the bundle, an
   * older export and a shortened log look the same, and no entry here is bad.
   */
  #shortOf(next: TrustedCheckpoint): Finding {
    const rest = this.trusted.slice(this.#next);
    if (rest.some(({ isKept }) => isKept !== true)) {
      const detail = `a trusted checkpoint covers ${next.size} leaves, but the bundle has ${this.#count}`;
      return { class: "truncation", detail, ...around(this.#count) };
    }
    const kept = rest.at(-1)?.size ?? next.size;
    const detail = `this bundle ends at ${this.#count} leaves, before the checkpoint over ${kept} leaves in your policy file: the bundle may be an older export; a log that was cut off looks the same`;
    return { class: "truncation", detail, about: "older" };
  }

  get state(): TreeState {
    return {
      provenSize: this.#provenSize,
      failedSize: this.#failedSize,
      rootsApart: this.#rootsApart,
      count: this.#count,
    };
  }

  async #advance(): Promise<boolean> {
    const { value, done } = await this.#batches.next();
    if (done === true) return false;
    this.#take(value.bytes);
    return true;
  }

  #take(bytes: Uint8Array): void {
    const window = new Uint8Array(countLines(bytes) * HASH_BYTES);
    this.#from = this.#count;
    this.#window = window;
    for (let at = 0, to = 0; at < bytes.length; to += HASH_BYTES) {
      const seq = this.#count;
      if (bytes[at + LINE_BYTES - 1] === NEWLINE && decodeLeaf(bytes, at, window, to)) at += LINE_BYTES;
      else {
        // Zeros take its place, so that the other numbers stay right. They give no signed root.
        window.fill(0, to, to + HASH_BYTES);
        at = bytes.indexOf(NEWLINE, at) + 1;
        const detail = `leaf hash ${seq} is not 32 bytes in canonical base64`;
        this.findings.add({ class: "content mismatch", detail, ...around(seq) });
      }
      this.#count += 1;
      this.#append(window.subarray(to, to + HASH_BYTES), seq);
    }
  }

  #append(leaf: Uint8Array, seq: number): void {
    this.see?.(leaf, seq);
    if (this.#next >= this.trusted.length) return;
    this.#frontier.append(leaf);
    this.#compare();
  }

  /** Compares the tree with every trusted checkpoint of its size. */
  #compare(): void {
    for (;;) {
      const checkpoint = this.trusted[this.#next];
      if (checkpoint === undefined || checkpoint.size !== this.#frontier.size) return;
      const own = this.#frontier.root();
      if (!equalConstantTime(own, checkpoint.root)) {
        const { size, root } = checkpoint;
        this.#failedSize = size;
        this.#rootsApart = { size, signed: toBase64url(root), own: toBase64url(own) };
        this.#next = this.trusted.length;
        return;
      }
      this.#provenSize = checkpoint.size;
      this.#next += 1;
    }
  }
}

/** Returns the number of lines. In a well-formed file all have one length. */
function countLines(bytes: Uint8Array): number {
  let isRegular = bytes.length % LINE_BYTES === 0;
  for (let at = LINE_BYTES - 1; isRegular && at < bytes.length; at += LINE_BYTES)
    isRegular = bytes[at] === NEWLINE;
  let lines = bytes.length / LINE_BYTES;
  if (isRegular) return lines;
  lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}
