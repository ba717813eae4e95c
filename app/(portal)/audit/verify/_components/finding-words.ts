import type { Finding, FindingClass } from "@/lib/audit/verify/report";
import { firstBad } from "@/lib/audit/verify/report";

/** Keys of the wording of each class, in `audit.verify.classes`. */
export const CLASS_KEYS = {
  container: "container",
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
  keys: "keys",
} as const satisfies Record<FindingClass, string>;

export type ClassKey = (typeof CLASS_KEYS)[FindingClass];

/** Key of a class as it came over the wire; undefined for one that this page does not know. */
export function classKey(of: string): ClassKey | undefined {
  return Object.entries(CLASS_KEYS).find(([name]) => name === of)?.[1];
}

/** What a fault is about, which decides what is certain, what is not and what to do. */
export type FaultGroup = "changed" | "file" | "keys" | "lost" | "late";

const GROUPS: Readonly<Record<ClassKey, FaultGroup>> = {
  container: "file",
  file: "file",
  manifest: "keys",
  content_mismatch: "changed",
  missing_leaf: "changed",
  reorder: "changed",
  repeated_id: "changed",
  fork: "changed",
  truncation: "changed",
  unanchored_tail: "late",
  erased: "lost",
  pruned: "lost",
  lost: "lost",
  part: "changed",
  receipt: "keys",
  time_stamp: "keys",
  index: "changed",
  keys: "keys",
};

export function groupOf(of: string): FaultGroup {
  return GROUPS[classKey(of) ?? "file"];
}

/** The finding to speak of first: one that names the first bad number, else one of a range, else the first. */
export function mainFinding(findings: readonly Finding[]): Finding | undefined {
  const bad = firstBad(findings);
  const named = findings.filter((finding) => finding.seq === bad && bad !== undefined);
  return named.find((finding) => finding.until === undefined) ?? named[0] ?? findings[0];
}
