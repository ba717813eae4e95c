import "server-only";
import {
  ERASED_LISTED,
  erasedLine,
  type Manifest,
  MISSING_LISTED,
  missingLine,
  placeText,
  WITHHELD_LISTED,
} from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { RangeLines } from "@/lib/audit/bundle-verifier/tree/ranges";
import { signNoteLine } from "@/lib/audit/entry/note-line";
import type { ReaderContext } from "@/lib/audit/reading/fence";
import { toBase64 } from "@/lib/crypto/bytes";
import type { ShownEntry } from "../judge-entry";
import { type EntryScan, type ScannedLeaf, shownOf } from "../read-entries";
import type { Sink } from "../sink";
import type { KnownPeople } from "../tables/columns";
import { entryLine } from "../tables/entry-line";
import { pageRow } from "./bundle-pages";
import type { Spool } from "./spool";

/** Spools of one bundle: the files that grow with the log. */
export interface BundleSpools {
  readonly entries: Spool;
  readonly page: Spool;
  readonly places: Spool;
  readonly leaves: Spool;
  readonly withheld: Spool;
  readonly erased: Spool;
  readonly missing: Spool;
}

/** Returns a signed line with a leaf's place, which locates later changes (bundle-verifier/claims/bundle-format.ts). */
async function placeLine(cx: ReaderContext, seq: number, leaf: Uint8Array): Promise<string> {
  const signer = { ...cx.audit.receiptSigner, sign: cx.audit.sign };
  return `${seq} ${await signNoteLine(signer, placeText(cx.instance.log, seq, leaf))}\n`;
}

/** Counts parts, spools a line for each, and keeps as many as a manifest lists itself. */
class PartList<T> {
  count = 0;
  readonly listed: T[] = [];

  constructor(
    private readonly most: number,
    private readonly spool: Spool,
    private readonly lineOf: (part: T) => string,
  ) {}

  async take(parts: readonly T[]): Promise<void> {
    if (parts.length === 0) return;
    this.count += parts.length;
    this.listed.push(...parts.slice(0, this.most - this.listed.length));
    await this.spool.write(parts.map(this.lineOf).join(""));
  }
}

/** Numbers outside the reader's fence, as a file of ranges and as the first of them. */
class WithheldList {
  readonly #lines = new RangeLines();
  readonly listed: number[] = [];

  constructor(private readonly spool: Spool) {}

  get counts(): { readonly count: number; readonly ranges: number } {
    return this.#lines.counts;
  }

  async take(seq: number): Promise<void> {
    if (this.listed.length < WITHHELD_LISTED) this.listed.push(seq);
    const line = this.#lines.take(seq);
    if (line !== "") await this.spool.write(line);
  }

  async end(): Promise<void> {
    await this.spool.write(this.#lines.end());
  }
}

/** Parts that are absent because of an erasure (export/erasures-settled.ts). */
function erasedOf({ row, erased }: ShownEntry): NonNullable<Manifest["erased"]> {
  const parts = erased.map(({ part, erasing }) => ({ seq: row.seq, c: part.c, entry: erasing.entry }));
  return parts.sort((a, b) => (a.c < b.c ? -1 : 1));
}

/**
 * Spools everything of a bundle that grows with the log: leaves, entries, the rows of the page, the withheld numbers,
 * and the places of all leaves, or in a filtered export of the shown entries. A number that is neither shown nor
 * withheld is not listed, so a verifier reports it as missing.
 */
export class Gathering {
  /** Entries that are shown. */
  count = 0;
  /** Numbers that the reader may not read; none in a filtered export. */
  readonly withheld: WithheldList;
  /** Parts whose erasure is in the tree, or in the log that followed this closed one (`erasedIn`). */
  readonly erased: PartList<NonNullable<Manifest["erased"]>[number]>;
  /** Origins of those logs. */
  readonly erasedIn = new Set<string>();
  /** Parts that were dropped or moved. */
  readonly missing: PartList<NonNullable<Manifest["missing"]>[number]>;

  constructor(
    private readonly cx: ReaderContext,
    private readonly spools: BundleSpools,
    private readonly complete: boolean,
    /** People whom the page names. */
    private readonly people: KnownPeople,
  ) {
    this.withheld = new WithheldList(spools.withheld);
    this.erased = new PartList(ERASED_LISTED, spools.erased, erasedLine);
    this.missing = new PartList(MISSING_LISTED, spools.missing, missingLine);
  }

  /** Processes the whole scan, in one pass. */
  async gather(scan: EntryScan, sink: Sink): Promise<void> {
    for await (const leaves of scan.batches()) {
      await this.#takeLeaves(leaves);
      await this.#takeEntries(shownOf(leaves));
      sink.progress?.(this.count);
    }
    await this.withheld.end();
  }

  async #takeLeaves(leaves: readonly ScannedLeaf[]): Promise<void> {
    const { spools, cx, complete } = this;
    await spools.leaves.write(leaves.map(({ hash }) => `${toBase64(hash)}\n`).join(""));
    for (const { seq, hash, judged } of leaves) {
      if (judged.is === "withheld") await this.withheld.take(seq);
      if (complete || judged.is === "shown") await spools.places.write(await placeLine(cx, seq, hash));
    }
  }

  async #takeEntries(shown: readonly ShownEntry[]): Promise<void> {
    const { spools } = this;
    for (const entry of shown) {
      await this.erased.take(erasedOf(entry));
      for (const { erasing } of entry.erased)
        if (erasing.elsewhere !== undefined) this.erasedIn.add(erasing.elsewhere);
      await this.missing.take(entry.astray.map((c) => ({ seq: entry.row.seq, c })));
    }
    this.count += shown.length;
    await spools.entries.write(shown.map((entry) => `${entryLine(entry, false)}\n`).join(""));
    await spools.page.write(shown.map((entry) => pageRow(entry, this.people)).join(""));
  }
}
