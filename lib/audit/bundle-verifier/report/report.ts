/** What can be wrong, in the words of audit.md "Verification". */
export type FindingClass =
  | "container"
  /** The container is not the canonical one; its files may all the same be those that were signed. */
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

/** One thing that is wrong, with the sequence number it was found at and the intact entries beside it. */
export interface Finding {
  readonly class: FindingClass;
  readonly detail: string;
  readonly seq?: number;
  readonly before?: number;
  readonly after?: number;
  /** Where the fault lies somewhere from `seq` on: the last number it can be at. */
  readonly until?: number;
  /** What showed it, where two values can be told apart: the entry's own leaf, or a signature over another one. */
  readonly shownBy?: "leaf" | "place" | "root";
  /** Nothing is shown to be changed: cosignatures of the quorum, or a checkpoint over what waits, are not there. */
  readonly isUnfinished?: true;
  /** With `root`: the root that was signed over `size` leaves and the one that these leaves give, base64url. */
  readonly roots?: RootsApart;
  /** With "foreign keys": the log the bundle names, and those the policy's keys are of. */
  readonly logs?: LogsApart;
  /** What the finding is about, where its class alone does not tell what to do (advice.ts). */
  readonly about?: "older" | "receipt" | "promise";
}

/** A bundle's own log beside the names of a policy's log keys, in one text. */
export interface LogsApart {
  readonly bundle: string;
  readonly policy: string;
}

/** Whether all that is wrong is that something is not there yet: cosignatures of the quorum, or a checkpoint over a tail. */
export function isOnlyUnfinished(findings: readonly Pick<Finding, "isUnfinished">[]): boolean {
  return findings.length > 0 && findings.every((finding) => finding.isUnfinished);
}

/**
 * Why a wrong bundle is not shown to be changed, where all findings are of that kind: something is not there yet; it ends
 * before a checkpoint that the checker has kept; or what is wrong is said of receipts alone.
 */
export function mildnessOf({
  findings,
  log,
}: Pick<Report, "findings" | "log">): "unfinished" | "older" | "receipts" | undefined {
  if (isOnlyUnfinished(findings)) return "unfinished";
  // Without a log nothing of it was read.
  if (findings.length === 0 || log === undefined) return undefined;
  if (findings.every(({ about }) => about === "older")) return "older";
  return findings.every((finding) => finding.class === "receipt") ? "receipts" : undefined;
}

/** A signed root and the recomputed one, which differ. */
export interface RootsApart {
  readonly size: number;
  readonly signed: string;
  readonly own: string;
}

/** What is remarkable and not wrong. */
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

/** What a bundle says of one receipt that was held against it. */
export interface ReceiptResult {
  /** Name of the file it was in, where it was in one. */
  readonly file: string | undefined;
  readonly entryId: string;
  /** Number of its entry, where that is in the bundle. */
  readonly seq?: number;
  /**
   * kept: its entry is in the tree. open: neither proven nor broken by this bundle. broken: its time is over and its entry is
   * not there, or another in its place. unsigned: no trusted checkpoint stands over its entry. changed: not as it was signed.
   * foreign: of another log, or signed by another key.
   */
  readonly is: "kept" | "open" | "broken" | "unsigned" | "changed" | "foreign";
  readonly detail: string;
}

/** The checkpoint at which a bundle ends, to be kept by the checker. */
export interface KeepableCheckpoint {
  readonly size: number;
  /** Its signed note, with the lines of trusted keys alone. */
  readonly note: string;
}

/** An entry near the first fault, as it stands and as it was recomputed; leaves are base64url. */
export interface NearbyEntry {
  readonly seq: number;
  readonly at?: string;
  readonly class?: string;
  readonly outcome?: string;
  /** The leaf in the list that the tree is made of. */
  readonly listed?: string;
  /** The leaf that the entry's own bytes give; none where its bytes are not here. */
  readonly own?: string;
  readonly isBad: boolean;
}

/** The outcome of verifying one bundle. */
export interface Report {
  readonly verdict: Verdict;
  readonly log: string | undefined;
  readonly exportedAt: string | undefined;
  /** Leaves of the tree that stand under a trusted checkpoint. */
  readonly size: number;
  readonly entries: number;
  readonly checkpoints: number;
  /** Checkpoints that carry the wanted number of trusted cosignatures, by independent witnesses. */
  readonly witnessed: number;
  /** Those of the others that the operator's own witnesses have cosigned. */
  readonly selfWitnessed: number;
  readonly trust: { readonly source: "policy" | "bundle"; readonly keys: readonly string[] };
  readonly findings: readonly Finding[];
  /** One for each receipt that was given, in their order; none where the bundle could not be read. */
  readonly receipts: readonly ReceiptResult[];
  /** Only of a verified bundle. */
  readonly newest: KeepableCheckpoint | undefined;
  /** The first bad entry between its neighbours. */
  readonly nearby: readonly NearbyEntry[];
  readonly notes: readonly Note[];
}

/** A finding as far as numbers go. */
interface NumberedFinding {
  readonly seq?: number | undefined;
  readonly until?: number | undefined;
}

/** The first bad sequence number, if any finding names one; a number that is named outweighs the start of a range. */
export function firstBad(findings: readonly NumberedFinding[]): number | undefined {
  const numbered = findings.filter((finding) => finding.seq !== undefined);
  const named = numbered.filter((finding) => finding.until === undefined);
  const seqs = (named.length > 0 ? named : numbered).map((finding) => finding.seq ?? 0);
  return seqs.length === 0 ? undefined : Math.min(...seqs);
}

/** The numbers between which a fault lies. */
export function somewhere(from: number, until: number): { seq: number; until: number } {
  return { seq: from, until };
}

/** The number a finding is about and the ones beside it. */
export function around(seq: number): { seq: number; before?: number; after: number } {
  return { seq, ...(seq > 0 ? { before: seq - 1 } : {}), after: seq + 1 };
}

/** More findings than this of one class tell nothing new; the rest are counted. */
const MAX_OF_CLASS = 50;

/** Collects findings within bounds, so that a bundle of a million faults is as cheap to report as one. */
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

  /** One note for each class of which not all findings are kept. */
  notes(): Note[] {
    return [...this.#counts].flatMap(([of, count]): Note[] => {
      if (count <= MAX_OF_CLASS) return [];
      const left = count - MAX_OF_CLASS;
      return [{ class: "more findings", detail: `${left} more findings of the class ${of}`, count: left }];
    });
  }
}
