import type { Finding, FindingClass, Report, RootsApart } from "@/lib/audit/bundle-verifier/report/report";
import { isOnlyUnfinished } from "@/lib/audit/bundle-verifier/report/report";
import type { VerificationReport } from "@/lib/audit/self-check/schema";

/** Keys of the wording of each class, in `audit.verify.classes`. */
export const CLASS_KEYS = {
  container: "container",
  empty: "empty",
  file: "file",
  manifest: "manifest",
  "content mismatch": "content_mismatch",
  "missing leaf": "missing_leaf",
  reorder: "reorder",
  "repeated id": "repeated_id",
  fork: "fork",
  truncation: "truncation",
  "unanchored tail": "unanchored_tail",
  erased: "erased",
  pruned: "pruned",
  lost: "lost",
  part: "part",
  receipt: "receipt",
  "time stamp": "time_stamp",
  index: "index",
  "foreign keys": "foreign_keys",
  keys: "keys",
} as const satisfies Record<FindingClass, string>;

export type ClassKey = (typeof CLASS_KEYS)[FindingClass];

/** Key of a class as it came over the wire; undefined for one that this page does not know. */
export function classKey(of: string): ClassKey | undefined {
  return Object.entries(CLASS_KEYS).find(([name]) => name === of)?.[1];
}

/** Key of the words for a finding: its class, or what it is about where the class says too little. */
export function wordsKey(finding: Pick<Finding, "class" | "about">): ClassKey | "older" | "promise" {
  const { about } = finding;
  return about === "older" || about === "promise" ? about : CLASS_KEYS[finding.class];
}

/** Whether all that the worker found is that something is not there yet; what is only counted may be anything. */
export function isOnlyLate({ findings, more }: VerificationReport): boolean {
  return (
    more === 0 && isOnlyUnfinished(findings.map((one) => (one.is_unfinished ? { isUnfinished: true } : {})))
  );
}

/** Two values that do not fit, for the first bad entry. */
export type Difference =
  | { readonly kind: "leaf" | "fitted" | "place" }
  | { readonly kind: "root"; readonly roots: RootsApart };

/**
 * What differs at the first bad entry. Where its leaf is the one in the list, the list was changed to fit it, and what
 * tells is signed: the place of the entry, or the root over all of them.
 */
export function differencesOf({ findings, nearby }: Report): readonly Difference[] {
  const bad = nearby.find(({ isBad }) => isBad);
  if (bad === undefined) return [];
  const here = findings.filter(({ seq, until }) => seq === bad.seq && until === undefined);
  const shows = (by: Finding["shownBy"]) => here.some(({ shownBy }) => shownBy === by);
  const roots = findings.find(
    ({ seq, until, roots }) => roots !== undefined && (seq ?? 0) <= bad.seq && bad.seq <= (until ?? -1),
  )?.roots;
  const isFitted = bad.own !== undefined && bad.own === bad.listed && (shows("place") || roots !== undefined);
  return [
    ...(shows("leaf") ? [{ kind: "leaf" } as const] : []),
    ...(isFitted ? [{ kind: "fitted" } as const] : []),
    ...(shows("place") ? [{ kind: "place" } as const] : []),
    ...(roots === undefined ? [] : [{ kind: "root", roots } as const]),
  ];
}
