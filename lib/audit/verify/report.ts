/** What can be wrong, in the words of audit.md "Verification". */
export type FindingClass =
  | "container"
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
  | "keys";

/** One thing that is wrong, with the sequence number it was found at and the intact entries beside it. */
export interface Finding {
  readonly class: FindingClass;
  readonly detail: string;
  readonly seq?: number;
  readonly before?: number;
  readonly after?: number;
}

export type Verdict = "verified" | "consistent" | "wrong";

/** The outcome of verifying one bundle. */
export interface Report {
  readonly verdict: Verdict;
  readonly log: string | undefined;
  /** Size of the tree at the newest trusted checkpoint. */
  readonly size: number;
  readonly entries: number;
  readonly checkpoints: number;
  /** Checkpoints that carry the wanted number of trusted cosignatures. */
  readonly witnessed: number;
  readonly trust: { readonly source: "policy" | "bundle"; readonly keys: readonly string[] };
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/** The first bad sequence number, if any finding names one. */
export function firstBad(findings: readonly Finding[]): number | undefined {
  const named = findings.flatMap((finding) => (finding.seq === undefined ? [] : [finding.seq]));
  return named.length === 0 ? undefined : Math.min(...named);
}
