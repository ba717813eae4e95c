import "server-only";
import { setImmediate } from "node:timers/promises";
import type { CompartmentKind } from "@/lib/context/recorder";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { Frontier } from "@/lib/crypto/log/merkle";
import type { RawTx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type Conditions, fenceOf, type ReaderContext, readFence } from "../reading/fence";
import { type Erasings, ErasureBook } from "../retention/erasure/erasing-entries";
import type { ExportFlaw, ExportFormat } from "../schema";
import { findCompartments } from "./candidate-store";
import { Candidates, type FoundPruning, findPruning, findRecoveries, isRootOf } from "./candidates";
import { CompartmentKeys } from "./compartment-keys";
import { copyEntries, type EntryRow } from "./entry-store";
import { SettledErasures } from "./erasures-settled";
import { type Judged, judgeEntry, type Known, type Reading, type ShownEntry } from "./judge-entry";
import type { Anchor } from "./store";
import type { CsvOptions } from "./tables/columns";

/** The scope of an export, and the entry that records it. */
export interface ExportRequest {
  readonly format: ExportFormat;
  readonly csv: CsvOptions;
  /** The reader's fence, and the filter if there is one. */
  readonly conditions: Conditions;
  /** Kinds of parts that are opened for the reader. */
  readonly kinds: readonly CompartmentKind[];
  /** The filter by its names, for the manifest. */
  readonly filter: Readonly<Record<string, string>>;
  readonly exportEntry: string;
  /** Origin of the log that has that entry. */
  readonly recordedIn: string;
  /** Number of entries that the signer has signed. A whole bundle never ends at a smaller tree (signed-size.ts). */
  readonly signedSize?: number | undefined;
}

/** Whether the export leaves out entries that its reader may read. */
export function isFiltered({ filter }: Pick<ExportRequest, "filter">): boolean {
  return Object.keys(filter).length > 0;
}

/** One leaf of the tree, in order, with the export's result for its entry. */
export interface ScannedLeaf {
  readonly seq: number;
  /** Valid until the next batch. */
  readonly hash: Uint8Array;
  readonly judged: Judged;
}

const HASH_BYTES = 32;
const NONE_ERASED: Erasings = new Map();
/** Hidden entries are judged by all of their parts. After this many, other work of this process gets a turn. */
const STRETCH = 64;

/**
 * Reads the log in one pass, in the order of its numbers. Each row is judged by its own entry, and with the same leaf
 * that a bundle lists. Throws `export.index` at the end if a candidate that justified missing data is not in the log
 * where it was found.
 */
export class EntryScan {
  readonly #candidates = new Candidates();
  readonly #keys: CompartmentKeys;
  readonly #book: ErasureBook;
  readonly #settled: SettledErasures;
  readonly #frontier = Frontier.empty();
  readonly #isBundle: boolean;
  readonly #isWhole: boolean;
  #pruning: FoundPruning | undefined;
  #isPrunedTree = false;
  #next = 0;
  #isGapless = true;
  #astray = 0;
  /** First number whose entry is lost. */
  #missing: number | undefined;
  /** Entries whose bytes a pruning removed. */
  pruned = 0;

  constructor(
    private readonly cx: ReaderContext,
    private readonly tx: RawTx,
    private readonly request: Pick<ExportRequest, "format" | "conditions" | "kinds" | "filter">,
    private readonly anchor: Anchor,
  ) {
    this.#isBundle = request.format === "bundle";
    this.#isWhole = !isFiltered(request);
    this.#keys = new CompartmentKeys(cx);
    this.#book = new ErasureBook(cx);
    this.#settled = new SettledErasures(cx, { size: anchor.size, isBundle: this.#isBundle });
  }

  /** A bundle lists every leaf, and a whole export accounts for every entry. */
  get #isEveryLeaf(): boolean {
    return this.#isBundle || this.#isWhole;
  }

  /** The pruning that removed entries of this export. */
  get pruning(): FoundPruning | undefined {
    return this.pruned > 0 ? this.#pruning : undefined;
  }

  /** What is wrong with the log, once the scan is over; unknown for a filtered table. */
  get flaw(): ExportFlaw | undefined {
    if (!this.#isEveryLeaf) return undefined;
    if (!this.#isRoot()) return "root";
    return this.#missing === undefined ? undefined : "missing";
  }

  async *batches(): AsyncGenerator<readonly ScannedLeaf[]> {
    const { cx, tx, request } = this;
    const { log, tenantId } = cx.instance;
    const { kinds, conditions } = request;
    const { size } = this.anchor;
    const isWithin = await readFence(tx, fenceOf(cx));
    // Read everything before the stream, because the connection answers no other query until its end.
    if (kinds.length > 0) await this.#book.load(tx);
    const known = await this.#book.erasing([]);
    this.#candidates.addErasures(known);
    const recoveries = await findRecoveries(tx, { log, size, isWhole: this.#isWhole }, isWithin);
    for (const recovery of recoveries) this.#candidates.add(recovery);
    this.#pruning = this.#isEveryLeaf ? await findPruning(tx, log, size) : undefined;
    if (this.#pruning !== undefined) this.#candidates.add(this.#pruning);
    const reading: Reading = {
      log,
      tenantId,
      reader: cx.principal,
      kinds,
      isWithin,
      isWhole: this.#isWhole,
      lost: new Set(recoveries.flatMap(({ lost }) => lost)),
      minimum: this.#pruning?.minimum ?? 0,
    };
    for (const { seq } of recoveries) this.#candidates.believe(seq);
    const erasures = this.#isWhole || !this.#isBundle ? [] : await this.#erasuresHere(known);
    const also = [...recoveries, ...erasures, ...(this.#pruning === undefined ? [] : [this.#pruning])];
    const take = this.#isWhole ? "log" : this.#isBundle ? "leaves" : "asked";
    const range = { log, size, conditions, kinds, take, also: also.map(({ seq }) => seq) } as const;
    for await (const rows of copyEntries(tx, range)) yield await this.#judge(rows, reading);
    this.#end();
  }

  /** Returns erasures of compartments that have a part in a filtered bundle. */
  async #erasuresHere(known: Erasings): Promise<readonly { readonly seq: number }[]> {
    const { request, cx, tx } = this;
    if (!request.kinds.includes("subject")) return [];
    const range = { conditions: request.conditions, log: cx.instance.log, size: this.anchor.size };
    const here = await findCompartments(tx, range, [...known.keys()]);
    return [...here]
      .flatMap((id) => known.get(id) ?? [])
      .flatMap(({ seq }) => (seq === undefined || seq >= this.anchor.size ? [] : [{ seq }]));
  }

  async #judge(rows: readonly EntryRow[], reading: Reading): Promise<ScannedLeaf[]> {
    const known = await this.#knownOf(rows);
    const leaves: ScannedLeaf[] = [];
    let hidden = 0;
    for (const row of rows) {
      if (!this.#take(row)) continue;
      if (!row.isAsked) hidden += 1;
      if (!row.isAsked && hidden % STRETCH === 0) await setImmediate();
      const judged = this.#counted(row, judgeEntry(row, known, reading));
      leaves.push({ seq: row.seq, hash: row.leaf_hash, judged });
    }
    return leaves;
  }

  /** Adds the next leaf to the tree; returns false for a second leaf with the same number. */
  #take({ seq, leaf_hash }: EntryRow): boolean {
    if (!this.#isEveryLeaf) return true;
    if (seq !== this.#next || leaf_hash.length !== HASH_BYTES) this.#isGapless = false;
    if (seq < this.#next) return false;
    this.#next = seq + 1;
    this.#candidates.meet(seq, leaf_hash);
    if (!this.#isGapless) return true;
    this.#frontier.append(leaf_hash);
    if (this.#pruning?.size === this.#next)
      this.#isPrunedTree = isRootOf(this.#pruning, this.#frontier.root());
    return true;
  }

  #counted(row: EntryRow, judged: Judged): Judged {
    if (judged.is === "pruned") this.pruned += 1;
    if (judged.is === "missing") this.#missing ??= row.seq;
    if (judged.is !== "shown") return judged;
    // A filtered bundle includes the pruning only if it explains missing entries.
    if (!row.isAsked && row.seq === this.#pruning?.seq && !this.#isWhole && this.pruned === 0)
      return { is: "outside" };
    this.#astray += judged.shown.astray.length;
    for (const { erasing } of judged.shown.erased)
      if (erasing.seq !== undefined && erasing.seq < this.anchor.size) this.#candidates.believe(erasing.seq);
    return judged;
  }

  /** Returns keys and erasures of the parts of a batch. */
  async #knownOf(rows: readonly EntryRow[]): Promise<Known> {
    const ids = new Set<string>();
    const asked = new Set<string>();
    const kinds = new Set<string | null>(this.request.kinds);
    for (const { stored, compartmentId, kind } of rows.flatMap((row) => row.parts)) {
      if (stored === undefined) continue;
      ids.add(compartmentId);
      // If the compartment's row is missing, the part's kind is unknown.
      if (kind === null || kinds.has(kind)) asked.add(compartmentId);
    }
    const keys = await this.#keys.open(ids);
    const gone = kinds.size === 0 ? [] : [...asked].filter((id) => keys.get(id) === undefined);
    const erasing =
      gone.length === 0 ? NONE_ERASED : this.#settled.explaining(gone, await this.#book.erasing(gone));
    return { keys, erasing };
  }

  #isRoot(): boolean {
    const { size, root } = this.anchor;
    if (size === 0) return true;
    if (!this.#isGapless || this.#next !== size || root === undefined) return false;
    return equalConstantTime(this.#frontier.root(), root);
  }

  #end(): void {
    const { logger } = this.cx;
    if (this.#astray > 0)
      logger.error({ alarm: "export.parts", count: this.#astray }, "sealed parts were dropped or moved");
    if (!this.#isEveryLeaf) return;
    const pruning = this.pruning;
    if (pruning !== undefined) this.#candidates.believe(pruning.seq);
    const other = pruning !== undefined && !this.#isPrunedTree ? pruning.seq : this.#candidates.unmet();
    if (other !== undefined) {
      logger.error(
        { alarm: "export.index", class: "reorder", seq: other },
        "an entry that explains losses is not in the log",
      );
      throw new DomainError("export.index", {
        detail: `Entry ${other} explains why others are gone, and it is not in the log where it was found.`,
      });
    }
    const { flaw } = this;
    if (flaw === undefined) return;
    logger.error(
      { alarm: "export.index", class: flaw, seq: this.#missing },
      "the log does not match its checkpoint",
    );
  }
}

/** Yields the entries of a batch that the file shows. */
export function shownOf(leaves: readonly ScannedLeaf[]): ShownEntry[] {
  return leaves.flatMap(({ judged }) => (judged.is === "shown" ? [judged.shown] : []));
}
