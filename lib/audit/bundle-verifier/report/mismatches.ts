import { equalConstantTime } from "@/lib/crypto/bytes";
import { around, type Findings } from "./report";

/** An entry whose bytes do not give the leaf in the list. */
interface Mismatch {
  readonly seq: number;
  readonly own: Uint8Array;
  readonly listed: Uint8Array;
}

/**
 * Entries that do not give their leaves, one after another. Where one leaf was taken out of the list every later entry
 * differs from its own, being listed one place too early: that is said once, of the leaf that is missing.
 */
export class Mismatches {
  #held: Mismatch | undefined;
  #isShifted = false;

  constructor(readonly findings: Findings) {}

  /** Takes the next one that differs; `listed` is undefined where the list has no leaf for it. */
  take(seq: number, own: Uint8Array, listed: Uint8Array | undefined): void {
    const held = this.#held;
    const follows = held !== undefined && held.seq + 1 === seq && equalConstantTime(held.listed, own);
    // Two leaves exchanged look alike from the first of them.
    const isSwap = follows && listed !== undefined && equalConstantTime(held.own, listed);
    if (follows && !isSwap) {
      if (!this.#isShifted) this.#tellMissing(held.seq);
      this.#isShifted = true;
      this.#held = undefined;
    } else this.finish();
    if (listed !== undefined) this.#held = { seq, own, listed: listed.slice() };
  }

  /** Tells of the last one, which nothing after it explains. */
  finish(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    if (this.#isShifted) {
      this.#isShifted = false;
      return;
    }
    const detail = `the bytes of entry ${held.seq} do not give its leaf`;
    this.findings.add({ class: "content mismatch", detail, ...around(held.seq), shownBy: "leaf" });
  }

  #tellMissing(seq: number): void {
    const detail = `leaf ${seq} was left out of leaves.txt: in its place stands leaf ${seq + 1}`;
    this.findings.add({ class: "missing leaf", detail, ...around(seq) });
  }
}
