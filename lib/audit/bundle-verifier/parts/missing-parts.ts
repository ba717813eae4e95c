import type { Manifest } from "../claims/bundle-format";
import type { EntryFacts, LinePart } from "../container/read-line";
import { around, type Findings } from "../report/report";
import type { PartList } from "./part-list";

/**
 * Parts that an entry binds and that are not here though they should be. Every reader of an entry reads its org part
 * (docs/formats/entry.md), so that only an export that asked for no part lacks it; of other parts an entry does not tell
 * who reads them, and the manifest names those that the exporter itself did not find where the entry says they lie. Who
 * keeps the database can drop or move sealed parts while every leaf stays as it was: without this the entry would stand
 * as one that nobody may read.
 */
export class MissingParts {
  readonly #seqs: number[] = [];
  /** Entries that have a part in a bundle that says it has none. */
  #disowned: { readonly first: number; readonly count: number } | undefined;

  constructor(
    readonly manifest: Manifest,
    readonly listed: PartList,
    readonly findings: Findings,
  ) {}

  /** Takes one entry of the log with the parts beside it. */
  see(seq: number, entry: EntryFacts, parts: readonly LinePart[]): void {
    if (this.manifest.parts === "none") {
      if (parts.length > 0)
        this.#disowned = { first: this.#disowned?.first ?? seq, count: (this.#disowned?.count ?? 0) + 1 };
      return;
    }
    if (!entry.sealed.some(({ c }) => c === "org")) return;
    if (!parts.some(({ c }) => c === "org")) this.#seqs.push(seq);
  }

  /** Names what is missing; `lost` are entries that a recovery in the log says came back without their parts. */
  finish(lost: ReadonlySet<number>): void {
    if (this.#disowned !== undefined) {
      const { first, count } = this.#disowned;
      const detail = `the manifest says that no sealed part is here, and ${count} entries have some, the first entry ${first}: what others lack would go unseen`;
      this.findings.add({ class: "part", detail, ...around(first) });
    }
    const unnamed = this.#seqs.filter((seq) => !lost.has(seq)).sort((a, b) => a - b);
    let [kept, next] = [0, 0];
    for (const { seq, c } of this.listed) {
      if (lost.has(seq)) continue;
      if (c === "org") {
        // Both are in order: what the list names is left out of the others as it comes.
        for (; (unnamed[next] ?? seq) < seq; next += 1) unnamed[kept++] = unnamed[next] ?? seq;
        while (unnamed[next] === seq) next += 1;
      }
      const detail = `part ${c} of entry ${seq} was not where the entry says it lies when the bundle was made: it was dropped or moved`;
      this.findings.add({ class: "part", detail, ...around(seq) });
    }
    for (const seq of [...unnamed.slice(0, kept), ...unnamed.slice(next)]) {
      const detail = `entry ${seq} binds a part org, which every reader of it reads, and the part is not here`;
      this.findings.add({ class: "part", detail, ...around(seq) });
    }
  }
}
