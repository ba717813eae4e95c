import type { Manifest } from "../claims/bundle-format";
import type { EntryFacts, LinePart } from "../container/read-line";
import { around, type Findings } from "../report/report";
import type { PartList } from "./part-list";

/**
 * Parts that an entry binds and that are wrongly missing. Every reader of an entry may read its org part
 * (docs/formats/entry.md), so it is absent only from an export that asked for no parts. For other parts an entry does not
 * name the readers; the manifest lists those that the exporter did not find. An operator of the database can drop or move
 * sealed parts without changing a leaf. Without this check such an entry would look like one that no one may read.
 */
export class MissingParts {
  readonly #seqs: number[] = [];
  /** Entries with a part in a bundle that claims to have none. */
  #disowned: { readonly first: number; readonly count: number } | undefined;

  constructor(
    readonly manifest: Manifest,
    readonly listed: PartList,
    readonly findings: Findings,
  ) {}

  /** Adds one entry of the log with its parts. */
  see(seq: number, entry: EntryFacts, parts: readonly LinePart[]): void {
    if (this.manifest.parts === "none") {
      if (parts.length > 0)
        this.#disowned = { first: this.#disowned?.first ?? seq, count: (this.#disowned?.count ?? 0) + 1 };
      return;
    }
    if (!entry.sealed.some(({ c }) => c === "org")) return;
    if (!parts.some(({ c }) => c === "org")) this.#seqs.push(seq);
  }

  /** Reports missing parts. `lost` has the entries that came back without their parts, according to a recovery in the log. */
  finish(lost: ReadonlySet<number>): void {
    if (this.#disowned !== undefined) {
      const { first, count } = this.#disowned;
      const detail = `the manifest says that the bundle has no sealed parts, but ${count} entries have some, the first entry ${first}. A missing part of another entry would not be detected`;
      this.findings.add({ class: "part", detail, ...around(first) });
    }
    const unnamed = this.#seqs.filter((seq) => !lost.has(seq)).sort((a, b) => a - b);
    let [kept, next] = [0, 0];
    for (const { seq, c } of this.listed) {
      if (lost.has(seq)) continue;
      if (c === "org") {
        // Both lists are in order, so listed parts are skipped in the other list on the way.
        for (; (unnamed[next] ?? seq) < seq; next += 1) unnamed[kept++] = unnamed[next] ?? seq;
        while (unnamed[next] === seq) next += 1;
      }
      const detail = `the export did not find part ${c} of entry ${seq} where the entry says: the part was dropped or moved`;
      this.findings.add({ class: "part", detail, ...around(seq) });
    }
    for (const seq of [...unnamed.slice(0, kept), ...unnamed.slice(next)]) {
      const detail = `entry ${seq} has a part org, which all readers of the entry may read, but the bundle lacks it`;
      this.findings.add({ class: "part", detail, ...around(seq) });
    }
  }
}
