import type { Manifest } from "./bundle-format";
import type { Ranges } from "./ranges";
import { around, type Findings } from "./report";

/** Whether every number of the range is here, withheld or pruned; numbers come in rising order. */
export class Coverage {
  /** Place of the first withheld range that is not behind. */
  #at = 0;
  #next: number;
  #previous = -1;
  #pruned = 0;

  constructor(
    readonly manifest: Manifest,
    readonly withheld: Ranges,
    readonly findings: Findings,
  ) {
    this.#next = manifest.range.from;
  }

  /** Number below the pruning minimum that are not here. */
  get pruned(): number {
    return this.#pruned;
  }

  get previous(): number {
    return this.#previous;
  }

  /** The number that the next line should have, for a line that does not say. */
  get expected(): number {
    const range = this.withheld.at(this.#at);
    return range !== undefined && range.from <= this.#next ? Math.max(this.#next, range.to) : this.#next;
  }

  /** Takes the next number. False when it does not rise. */
  take(seq: number): boolean {
    if (seq <= this.#previous) return false;
    this.#previous = seq;
    this.#close(seq);
    this.#next = seq + 1;
    return true;
  }

  /** Looks at what is left after the last line. */
  finish(): void {
    this.#close(this.manifest.range.to);
  }

  /** Accounts for the numbers from the last one up to this one: withheld, pruned, or left out. */
  #close(to: number): void {
    if (!this.manifest.complete) return;
    const minimum = Math.min(this.manifest.pruned?.minimum ?? 0, to);
    let at = this.#next;
    if (minimum > at) {
      this.#pruned += minimum - at;
      at = minimum;
    }
    for (let range = this.withheld.at(this.#at); range !== undefined && range.from < to; ) {
      if (range.from <= at) at = Math.max(at, Math.min(range.to, to));
      else if (at < to) {
        this.findings.add({ class: "missing leaf", detail: leftOut(at, to), ...around(at) });
        at = to;
      }
      if (range.to > to) break;
      this.#at += 1;
      range = this.withheld.at(this.#at);
    }
    if (at < to) this.findings.add({ class: "missing leaf", detail: leftOut(at, to), ...around(at) });
  }
}

function leftOut(at: number, to: number): string {
  return to - at === 1 ? `entry ${at} is left out` : `entry ${at} and others up to ${to - 1} are left out`;
}
