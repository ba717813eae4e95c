import type { Manifest } from "../claims/bundle-format";
import { around, type Findings } from "../report/report";
import type { Ranges } from "./ranges";

/** Checks that every number of the range is here, withheld or pruned. Numbers come in rising order. */
export class Coverage {
  /** Place of the first withheld range that is not passed yet. */
  #at = 0;
  #next: number;
  #previous = -1;
  #taken = 0;
  #pruned = 0;
  #isGapless = true;
  /** First and one past the last of each gap that only pruning explains, in order. As many as lines and withheld ranges. */
  readonly #gone: number[] = [];

  constructor(
    readonly manifest: Manifest,
    readonly withheld: Ranges,
    readonly findings: Findings,
  ) {
    this.#next = manifest.range.from;
  }

  /** How many below the pruning minimum are neither here nor withheld. Unknown, so none, in a filtered export. */
  get pruned(): number {
    return this.#pruned;
  }

  /** Returns the first of the pruned numbers in a range. Undefined when there is none. */
  prunedWithin(from: number, to: number): number | undefined {
    let low = 0;
    let high = this.#gone.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#gone[middle * 2 + 1] ?? 0) <= from) low = middle + 1;
      else high = middle;
    }
    const start = this.#gone[low * 2];
    return start !== undefined && start < to ? Math.max(start, from) : undefined;
  }

  get previous(): number {
    return this.#previous;
  }

  /** Returns the number that the next line should have, for a line without a number. */
  get expected(): number {
    const range = this.withheld.at(this.#at);
    return range !== undefined && range.from <= this.#next ? Math.max(this.#next, range.to) : this.#next;
  }

  /** Adds the next number. Returns false when it does not rise. */
  take(seq: number): boolean {
    if (seq <= this.#previous) return false;
    this.#previous = seq;
    if (seq >= this.manifest.range.from && seq < this.manifest.range.to) this.#taken += 1;
    this.#close(seq);
    this.#next = seq + 1;
    return true;
  }

  /** Checks the numbers after the last line, and whether each number was accounted for once. */
  finish(): void {
    const { range, complete } = this.manifest;
    this.#close(range.to);
    const accounted = this.#taken + this.withheld.count + this.#pruned;
    if (!complete || !this.#isGapless || accounted === range.to - range.from) return;
    const detail = `the range has ${range.to - range.from} numbers, but the bundle accounts for ${this.#taken} entries, ${this.withheld.count} withheld and ${this.#pruned} pruned`;
    this.findings.add({ class: "manifest", detail });
  }

  /** Accounts for the numbers from the last one up to this one: withheld, pruned, or left out. */
  #close(to: number): void {
    if (!this.manifest.complete) return;
    const minimum = Math.min(this.manifest.pruned?.minimum ?? 0, to);
    let at = this.#next;
    for (let range = this.withheld.at(this.#at); range !== undefined && range.from < to; ) {
      if (range.from <= at) at = Math.max(at, Math.min(range.to, to));
      else if (at < minimum) {
        at = this.#prune(at, Math.min(range.from, minimum));
        continue;
      } else if (at < to) at = this.#leaveOut(at, to);
      if (range.to > to) break;
      this.#at += 1;
      range = this.withheld.at(this.#at);
    }
    if (at < minimum) at = this.#prune(at, minimum);
    if (at < to) this.#leaveOut(at, to);
  }

  #prune(from: number, to: number): number {
    this.#pruned += to - from;
    this.#gone.push(from, to);
    return to;
  }

  #leaveOut(at: number, to: number): number {
    this.#isGapless = false;
    this.findings.add({ class: "missing leaf", detail: leftOut(at, to), ...around(at) });
    return to;
  }
}

function leftOut(at: number, to: number): string {
  return to - at === 1 ? `entry ${at} is left out` : `entry ${at} and others up to ${to - 1} are left out`;
}
