import type { Manifest } from "./bundle-format";
import { around, type Findings } from "./report";

/** Whether every number of the range is here, withheld or pruned; numbers come in rising order. */
export class Coverage {
  readonly #withheld: readonly number[];
  #at = 0;
  #next: number;
  #previous = -1;
  #pruned = 0;

  constructor(
    readonly manifest: Manifest,
    readonly findings: Findings,
  ) {
    this.#withheld = [...new Set(manifest.withheld)].sort((a, b) => a - b);
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
    let next = this.#next;
    for (let at = this.#at; this.#withheld[at] === next; at += 1) next += 1;
    return next;
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
    for (; (this.#withheld[this.#at] ?? to) < to; this.#at += 1) {
      const withheld = this.#withheld[this.#at] ?? to;
      if (withheld > at) break;
      if (withheld === at) at += 1;
    }
    if (at < to) this.findings.add({ class: "missing leaf", detail: leftOut(at, to), ...around(at) });
    while ((this.#withheld[this.#at] ?? to) < to) this.#at += 1;
  }
}

function leftOut(at: number, to: number): string {
  return to - at === 1 ? `entry ${at} is left out` : `entry ${at} and others up to ${to - 1} are left out`;
}
