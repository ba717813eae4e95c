/** Classes of findings, in the terms of audit.md "Verification". */
export type FindingClass =
  /** The container is not the canonical one. Its files may still be the signed ones. */
  | "container"
  | "empty"
  | "file"
  | "manifest"
  | "content mismatch"
  | "missing leaf"
  | "reorder"
  | "repeated id"
  | "fork"
  | "truncation"
  | "unanchored tail"
  | "erased"
  | "pruned"
  | "lost"
  | "part"
  | "receipt"
  | "time stamp"
  | "index"
  | "foreign keys"
  | "keys";

/** One finding, with its entry number and those of the intact entries next to it. */
export interface Finding {
  readonly class: FindingClass;
  readonly detail: string;
  readonly seq?: number;
  readonly before?: number;
  readonly after?: number;
  /** If the fault is somewhere from `seq` on: the last number it can be at. */
  readonly until?: number;
  /** What showed the fault, if two values can be distinguished: the entry's own leaf, or a signature over another one. */
  readonly shownBy?: "leaf" | "place" | "root";
  /** No change is shown: cosignatures of the quorum, or a checkpoint over waiting entries, are missing. */
  readonly isUnfinished?: true;
  /** With `root`: the root that was signed over `size` leaves and the root of these leaves, base64url. */
  readonly roots?: RootsApart;
  /** With "foreign keys": the log that the bundle names, and those of the policy's keys. */
  readonly logs?: LogsApart;
  /** Subject of the finding, if its class alone does not decide the advice (advice.ts). */
  readonly about?: "older" | "receipt" | "promise";
}

/** The log of a bundle, and the names of the policy's log keys as one text. */
export interface LogsApart {
  readonly bundle: string;
  readonly policy: string;
}

/**
 * Returns whether all findings are about something that is not available yet: cosignatures of the quorum, or a checkpoint
 * over a tail.
 */
export function isOnlyUnfinished(findings: readonly Pick<Finding, "isUnfinished">[]): boolean {
  return findings.length > 0 && findings.every((finding) => finding.isUnfinished);
}

/**
 * Returns why a wrong bundle shows no change, if all findings are of that kind: something is not available yet, the
 * bundle ends before a checkpoint that the checker has kept, or the findings are about receipts only.
 */
export function mildnessOf({
  findings,
  log,
}: Pick<Report, "findings" | "log">): "unfinished" | "older" | "receipts" | undefined {
  if (isOnlyUnfinished(findings)) return "unfinished";
  // Without `log` the bundle could not be read.
  if (findings.length === 0 || log === undefined) return undefined;
  if (findings.every(({ about }) => about === "older")) return "older";
  return findings.every((finding) => finding.class === "receipt") ? "receipts" : undefined;
}

/** A signed root and a different recomputed one. */
export interface RootsApart {
  readonly size: number;
  readonly signed: string;
  readonly own: string;
}

/** Notes that are not faults. */
export type NoteClass =
  | "later entries"
  | "filtered"
  | "range"
  | "no entries"
  | "no parts"
  | "export entry"
  | "withheld"
  | "erased"
  | "erased elsewhere"
  | "pruned"
  | "recovered"
  | "receipt"
  | "receipt not due"
  | "time stamp"
  | "time stamps unchecked"
  | "self-witnessed"
  | "unwitnessed"
  | "witness time"
  | "more findings";

export interface Note {
  readonly class: NoteClass;
  readonly detail: string;
  readonly count?: number;
}

export type Verdict = "verified" | "consistent" | "wrong";

/** The result for one receipt that was checked with a bundle. */
export interface ReceiptResult {
  /** Name of its file, if it was in one. */
  readonly file: string | undefined;
  readonly entryId: string;
  /** Number of its entry, if the bundle has it. */
  readonly seq?: number;
  /**
   * kept: its entry is in the tree. open: this bundle neither proves nor breaks it. broken: its time is over and its
   * entry is absent or replaced by another. unsigned: no trusted checkpoint covers its entry. changed: not as it was
   * signed. foreign: for another log, or signed by another key.
   */
  readonly is: "kept" | "open" | "broken" | "unsigned" | "changed" | "foreign";
  readonly detail: string;
}

/** The checkpoint at the end of a bundle, for the checker to keep. */
export interface KeepableCheckpoint {
  readonly size: number;
  /** Its signed note, with the lines of trusted keys only. */
  readonly note: string;
}

/** An entry near the first fault, as stored and as recomputed. Leaves are base64url. */
export interface NearbyEntry {
  readonly seq: number;
  readonly at?: string;
  readonly class?: string;
  readonly outcome?: string;
  /** The leaf in the list that the tree is built from. */
  readonly listed?: string;
  /** The leaf of the entry's own bytes. Absent if its bytes are not here. */
  readonly own?: string;
  readonly isBad: boolean;
}

/** The outcome of verifying one bundle. */
export interface Report {
  readonly verdict: Verdict;
  readonly log: string | undefined;
  readonly exportedAt: string | undefined;
  /** Number of leaves that a trusted checkpoint covers. */
  readonly size: number;
  readonly entries: number;
  readonly checkpoints: number;
  /** Checkpoints with the required number of trusted cosignatures by independent witnesses. */
  readonly witnessed: number;
  /** Number of the other checkpoints that the operator's own witnesses have cosigned. */
  readonly selfWitnessed: number;
  readonly trust: { readonly source: "policy" | "bundle"; readonly keys: readonly string[] };
  readonly findings: readonly Finding[];
  /** One for each given receipt, in their order. Empty if the bundle could not be read. */
  readonly receipts: readonly ReceiptResult[];
  /** Only for a verified bundle. */
  readonly newest: KeepableCheckpoint | undefined;
  /** The first bad entry and its neighbours. */
  readonly nearby: readonly NearbyEntry[];
  readonly notes: readonly Note[];
}

/** A finding as far as numbers go. */
interface NumberedFinding {
  readonly seq?: number | undefined;
  readonly until?: number | undefined;
}

/** Returns the first bad sequence number that a finding names. A named number is preferred to the start of a range. */
export function firstBad(findings: readonly NumberedFinding[]): number | undefined {
  const numbered = findings.filter((finding) => finding.seq !== undefined);
  const named = numbered.filter((finding) => finding.until === undefined);
  const seqs = (named.length > 0 ? named : numbered).map((finding) => finding.seq ?? 0);
  return seqs.length === 0 ? undefined : Math.min(...seqs);
}

/** Returns the numbers between which a fault is. */
export function somewhere(from: number, until: number): { seq: number; until: number } {
  return { seq: from, until };
}

/** Returns the number of a finding and its neighbours. */
export function around(seq: number): { seq: number; before?: number; after: number } {
  return { seq, ...(seq > 0 ? { before: seq - 1 } : {}), after: seq + 1 };
}

/** Maximum number of findings of one class. The rest are counted. */
const MAX_OF_CLASS = 50;

/** Collects a limited number of findings, so that a bundle with a million faults is cheap to report. */
export class Findings {
  readonly #kept: Finding[] = [];
  readonly #counts = new Map<FindingClass, number>();

  add(...findings: readonly Finding[]): void {
    for (const finding of findings) {
      const count = (this.#counts.get(finding.class) ?? 0) + 1;
      this.#counts.set(finding.class, count);
      if (count <= MAX_OF_CLASS) this.#kept.push(finding);
    }
  }

  get isEmpty(): boolean {
    return this.#kept.length === 0;
  }

  list(): readonly Finding[] {
    return [...this.#kept];
  }

  /** Returns one note for each class with more findings than are kept. */
  notes(): Note[] {
    return [...this.#counts].flatMap(([of, count]): Note[] => {
      if (count <= MAX_OF_CLASS) return [];
      const left = count - MAX_OF_CLASS;
      return [{ class: "more findings", detail: `${left} more findings of the class ${of}`, count: left }];
    });
  }
}
