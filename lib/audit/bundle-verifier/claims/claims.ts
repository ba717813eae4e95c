import { FormatError } from "@/lib/crypto/format-error";
import { formatMicros, parseMicros } from "@/lib/crypto/instant";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { isUuid } from "@/lib/crypto/uuid";
import { memberOf } from "../../../crypto/json/canonical-json";
import type { EntryFacts } from "../container/read-line";
import { around, type Findings, type Note } from "../report/report";
import type { Manifest } from "./bundle-format";

/** Tolerance for clocks of one operator's processes. */
const SKEW_MICROS = 60_000_000n;
/** Members of an entry's sealed org part that a filter can name. */
const SUBJECTS: ReadonlyMap<string, string> = new Map([
  ["transaction", "transaction_id"],
  ["participant", "participant_id"],
  ["request", "request_id"],
  ["grant", "grant_id"],
]);

interface Filter {
  readonly outcome: string | undefined;
  /** Texts in the form of `at`, which sort like the times. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Member of the org part that must have this value, by its name in the filter. */
  readonly sealed: readonly {
    readonly name: string;
    readonly path: readonly string[];
    readonly value: string;
  }[];
}

/** Why the export's own entry is not in the bundle, without or with entries left out. */
function whyNotHere(isWhole: boolean, later: number): string {
  const beyond = "comes after the checkpoint at which this bundle ends, as usual";
  if (isWhole) return `${beyond}; a newer bundle has it`;
  const leftOut = "is among the entries that this bundle leaves out";
  return later > 0 ? `${beyond}, or ${leftOut}` : leftOut;
}

/** Checks what the manifest says about its entries, except their number: range, filter, and the export's own entry. */
export class Claims {
  readonly #filter: Filter | undefined;
  #recordedBy: { readonly seq: number; readonly entry: EntryFacts } | undefined;

  /** `erasing` has the ids of entries that the manifest names as records of an erasure. */
  constructor(
    readonly manifest: Manifest,
    readonly findings: Findings,
    readonly erasing: ReadonlySet<string>,
  ) {
    const { range, size, complete, filter } = manifest;
    if (range.from > range.to || range.to > size)
      this.#wrong(`the range ${range.from} to ${range.to} is not in a tree of ${size} leaves`);
    const isFiltered = Object.keys(filter).length > 0;
    if (complete && isFiltered)
      this.#wrong("the manifest names a filter, but says that nothing was filtered");
    if (!complete && !isFiltered)
      this.#wrong("the manifest says that something was filtered, but names no filter");
    if (!isUuid(manifest.export_entry))
      this.#wrong("the manifest does not give a valid id for the entry that records this export");
    if (manifest.recorded_in === manifest.log)
      this.#wrong("the manifest says that another log records this export, but it names this log");
    this.#filter = isFiltered ? this.#readFilter(filter) : undefined;
  }

  /** Adds one entry of the log, with its org part if that could be opened. */
  see(seq: number, entry: EntryFacts, org: Json | undefined): void {
    if (this.#filter !== undefined) this.#checkFilter(this.#filter, seq, entry, org);
    if (entry.id === this.manifest.export_entry) this.#recordedBy = { seq, entry };
  }

  /** Checks what only the whole bundle shows. */
  finish(withheld: number): Note[] {
    const { range, size, complete } = this.manifest;
    const notes = this.#exportEntry(withheld);
    if (complete && (range.from > 0 || range.to < size)) {
      const detail = `only entries ${range.from} to ${range.to - 1} of a tree of ${size} leaves are in this bundle's range`;
      notes.push({ class: "range", detail });
    }
    return notes;
  }

  /**
   * Requires the entry of this export (docs/invariants.md I9). It is in the tree, or later than the newest checkpoint, or
   * in the following log, which the manifest then names.
   */
  #exportEntry(withheld: number): Note[] {
    const { export_entry: id, recorded_in: other, exported_at, later, complete, pruned } = this.manifest;
    if (this.#recordedBy !== undefined) {
      const { seq, entry } = this.#recordedBy;
      if (other !== undefined)
        this.#wrong(
          `the manifest says that the log ${other} records this export, but entry ${seq} of this log records it`,
          seq,
        );
      else if (entry.class !== "export" || entry.outcome !== "done")
        this.#wrong(
          `the manifest names entry ${seq} as the record of this export, but the entry does not record a finished export`,
          seq,
        );
      else if (parseMicros(entry.at) > parseMicros(exported_at) + SKEW_MICROS)
        this.#wrong(
          `the manifest names entry ${seq} as the record of this export, but the entry is later than the export`,
          seq,
        );
      return [];
    }
    if (other !== undefined && other !== this.manifest.log) {
      const detail = `the log entry of this export, ${id}, is in the log ${other}, which follows this one`;
      return [{ class: "export entry", detail }];
    }
    const isWhole = complete && withheld === 0 && pruned === undefined;
    if (isWhole && later.count === 0) {
      this.#wrong(
        `entry ${id}, which records this export, is not in the tree, and the manifest counts no later entries`,
      );
      return [];
    }
    const detail = `the log entry of this export, ${id}, ${whyNotHere(isWhole, later.count)}`;
    return [{ class: "export entry", detail }];
  }

  #readFilter(filter: Manifest["filter"]): Filter {
    const { outcome, from, to, subject, ...rest } = filter;
    const sealed = Object.entries(rest)
      .filter(([name]) => name === "action" || name === "actor" || name === "purpose")
      .map(([name, value]) => ({ name, path: [name], value }));
    const at = subject?.indexOf(":") ?? -1;
    const member = SUBJECTS.get(subject?.slice(0, Math.max(at, 0)) ?? "");
    if (member !== undefined && subject !== undefined)
      sealed.push({ name: "subject", path: ["index", member], value: subject.slice(at + 1) });
    return { outcome, from: this.#instant(from), to: this.#instant(to), sealed };
  }

  #instant(text: string | undefined): string | undefined {
    if (text === undefined) return undefined;
    const ms = Date.parse(text);
    try {
      // Entries begin in 1970, so an earlier bound means 1970.
      if (Number.isSafeInteger(ms)) return formatMicros(BigInt(Math.max(ms, 0)) * 1000n);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
    this.#wrong("the filter names an invalid time");
    return undefined;
  }

  #checkFilter(
    { outcome, from, to, sealed }: Filter,
    seq: number,
    entry: EntryFacts,
    org: Json | undefined,
  ): void {
    const isOutside =
      (from !== undefined && entry.at < from) ||
      (to !== undefined && entry.at >= to) ||
      (outcome !== undefined && entry.outcome !== outcome);
    const other =
      org === undefined ? undefined : sealed.find(({ path, value }) => path.reduce(memberOf, org) !== value);
    if ((isOutside || other !== undefined) && !this.#isExplaining(entry, org)) this.#outside(seq);
  }

  /**
   * Returns whether an entry explains missing data of others: a recovery, the pruning or an erasure. A filtered bundle
   * has these entries whatever its filter names, so that a verifier can distinguish an honest loss from a theft.
   */
  #isExplaining(entry: EntryFacts, org: Json | undefined): boolean {
    if (entry.recovery !== undefined || entry.id === this.manifest.pruned?.entry) return true;
    const isErasure = entry.class === "retention" && memberOf(org, "action") === "compartment.erase";
    return isErasure || this.erasing.has(entry.id);
  }

  #outside(seq: number): void {
    this.#wrong(`entry ${seq} is in this bundle, but does not match the filter`, seq);
  }

  #wrong(detail: string, seq?: number): void {
    this.findings.add({ class: "manifest", detail, ...(seq === undefined ? {} : around(seq)) });
  }
}
