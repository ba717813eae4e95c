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
import { RangeLines, type Ranges } from "@/lib/audit/bundle-verifier/tree/ranges";
import { signNoteLine } from "@/lib/audit/entry/note-line";
import type { ReaderContext } from "@/lib/audit/reading/fence";
import type { CompartmentKind } from "@/lib/context/recorder";
import { toBase64 } from "@/lib/crypto/bytes";
import type { RawTx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type OpenedRow, openedRows, type RowRange } from "../export-row";
import type { JudgedLeaves } from "../judged-leaves";
import type { Sink } from "../sink";
import { streamLeaves } from "../store";
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

/** Signs where a leaf stood, so that a later change can be named (verify/bundle-format.ts). */
async function placeLine(cx: ReaderContext, seq: number, leaf: Uint8Array): Promise<string> {
  const signer = { ...cx.audit.receiptSigner, sign: cx.audit.sign };
  return `${seq} ${await signNoteLine(signer, placeText(cx.instance.log, seq, leaf))}\n`;
}

export interface Gathered {
  readonly count: number;
  /** Numbers that the reader may not read, in ranges, the file of which is spooled; none for a filtered export. */
  readonly withheld: {
    readonly count: number;
    readonly ranges: number;
    /** The numbers themselves, as far as a manifest lists them. */
    readonly listed: readonly number[];
  };
  /** Parts whose erasure is in the tree, or in that of a log that followed this closed one (`erasedIn`), the file of which is spooled too. */
  readonly erased: PartList<NonNullable<Manifest["erased"]>[number]>;
  /** Origins of those logs. */
  readonly erasedIn: ReadonlySet<string>;
  /** Parts that were dropped or moved, the file of which is spooled too. */
  readonly missing: PartList<NonNullable<Manifest["missing"]>[number]>;
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

/** Parts whose erasure explains that they are not here (settled-erasures.ts). */
function erasedOf({ row, erased }: OpenedRow): NonNullable<Manifest["erased"]> {
  const parts = erased.map(({ c, erasing: { entry } }) => ({ seq: row.seq, c, entry }));
  return parts.sort((a, b) => (a.c < b.c ? -1 : 1));
}

interface Wanted {
  readonly range: RowRange;
  readonly kinds: readonly CompartmentKind[];
  readonly complete: boolean;
  /** Numbers that were found to be behind the reader's fence; none of a filtered export. */
  readonly withheld?: Ranges | undefined;
}

/**
 * Spools the entries and the page's rows, in a whole export the numbers that the reader's fence keeps back, and for a filtered export the places of these entries only. A number that is neither here nor was found behind the fence is listed
 * nowhere, so that a verifier misses it.
 */
export async function gatherEntries(
  cx: ReaderContext,
  tx: RawTx,
  { range, kinds, complete, withheld: behind }: Wanted,
  spools: BundleSpools,
  sink: Sink,
): Promise<Gathered> {
  const withheld = new RangeLines();
  const listed: number[] = [];
  const erased = new PartList(ERASED_LISTED, spools.erased, erasedLine);
  const missing = new PartList(MISSING_LISTED, spools.missing, missingLine);
  const erasedIn = new Set<string>();
  let count = 0;
  let next = 0;
  const skipTo = async (end: number): Promise<void> => {
    for (; behind !== undefined && next < end; next += 1) {
      if (!behind.has(next)) continue;
      if (listed.length < WITHHELD_LISTED) listed.push(next);
      const line = withheld.take(next);
      if (line !== "") await spools.withheld.write(line);
    }
    next = end + 1;
  };
  for await (const batch of openedRows(cx, tx, range, kinds)) {
    for (const opened of batch) {
      await skipTo(opened.row.seq);
      await erased.take(erasedOf(opened));
      for (const { erasing } of opened.erased)
        if (erasing.elsewhere !== undefined) erasedIn.add(erasing.elsewhere);
      await missing.take(opened.astray.map((c) => ({ seq: opened.row.seq, c })));
    }
    count += batch.length;
    await spools.entries.write(batch.map((opened) => `${entryLine(opened)}\n`).join(""));
    await spools.page.write(batch.map((opened) => pageRow(opened)).join(""));
    if (!complete)
      for (const { row } of batch) await spools.places.write(await placeLine(cx, row.seq, row.leaf_hash));
    sink.progress?.(count);
  }
  await skipTo(range.size);
  await spools.withheld.write(withheld.end());
  return {
    count,
    withheld: { ...withheld.counts, listed },
    erased,
    erasedIn,
    missing,
  };
}

interface ListedLeaves {
  readonly size: number;
  readonly complete: boolean;
  /** As the entries were judged by. */
  readonly judged: JudgedLeaves;
  readonly withheld?: Ranges | undefined;
}

/**
 * Spools all leaf hashes of the tree, and for a whole export the place of each. Throws `export.index` where they are not
 * the leaves by which entries that are not here were judged.
 */
export async function gatherLeaves(
  cx: ReaderContext,
  tx: RawTx,
  { size, complete, judged, withheld }: ListedLeaves,
  spools: BundleSpools,
): Promise<void> {
  let seq = 0;
  for await (const leaves of streamLeaves(tx, cx.instance.log, size)) {
    await spools.leaves.write(leaves.map((leaf) => `${toBase64(leaf)}\n`).join(""));
    for (const leaf of leaves) {
      judged.list({ seq, hash: leaf }, withheld?.has(seq) === true);
      if (complete) await spools.places.write(await placeLine(cx, seq, leaf));
      seq += 1;
    }
  }
  const other = judged.end();
  if (other === undefined) return;
  const alarm = { alarm: "export.index", class: "reorder", ...(other === "withheld" ? {} : { seq: other }) };
  cx.logger.error(alarm, "the database names other leaves than those by which entries were left out");
  throw new DomainError("export.index", { detail: "It would leave out an entry by another one's word." });
}
