import { equalConstantTime } from "@/lib/crypto/bytes";
import { around, type Findings } from "./report";

/** An entry whose bytes do not give the leaf in the list. */
interface Mismatch {
  readonly seq: number;
  readonly own: Uint8Array;
  readonly listed: Uint8Array;
}

/**
 * Collects entries that do not give their leaves, one after another. If one leaf was removed from the list, every later
 * entry differs, because it is listed one place too early. Then only the missing leaf is reported.
 */
export class Mismatches {
  #held: Mismatch | undefined;
  #isShifted = false;

  constructor(readonly findings: Findings) {}

  /** Adds the next entry that differs. `listed` is undefined if the list has no leaf for it. */
  take(seq: number, own: Uint8Array, listed: Uint8Array | undefined): void {
    const held = this.#held;
    const follows = held !== undefined && held.seq + 1 === seq && equalConstantTime(held.listed, own);
    // Two exchanged leaves look the same at the first of them.
    const isSwap = follows && listed !== undefined && equalConstantTime(held.own, listed);
    if (follows && !isSwap) {
      if (!this.#isShifted) this.#tellMissing(held.seq);
      this.#isShifted = true;
      this.#held = undefined;
    } else this.finish();
    if (listed !== undefined) this.#held = { seq, own, listed: listed.slice() };
  }

  /** Reports the last one, which no later entry explains. */
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
    const detail = `leaf ${seq} was left out of leaves.txt: in its place is leaf ${seq + 1}`;
    this.findings.add({ class: "missing leaf", detail, ...around(seq) });
  }
}
