import { type Finding, type FindingClass, firstBad } from "./report";

/** What a fault is about, which decides what is certain, what is not and what to do. */
export type FaultGroup =
  | "changed"
  | "file"
  | "keys"
  | "lost"
  | "late"
  | "empty"
  | "older"
  | "receipt"
  | "promise";

const GROUPS: Readonly<Record<FindingClass, FaultGroup>> = {
  container: "file",
  empty: "empty",
  file: "file",
  manifest: "keys",
  "content mismatch": "changed",
  "missing leaf": "changed",
  reorder: "changed",
  "repeated id": "changed",
  fork: "changed",
  truncation: "changed",
  "unanchored tail": "late",
  erased: "lost",
  pruned: "lost",
  lost: "lost",
  part: "changed",
  receipt: "receipt",
  "time stamp": "keys",
  index: "changed",
  "foreign keys": "keys",
  keys: "keys",
};

function isClass(of: string): of is FindingClass {
  return Object.hasOwn(GROUPS, of);
}

/** What a finding is about; one of a class that is not known here is of the file. */
export function groupOf(finding: { readonly class: string; readonly about?: Finding["about"] }): FaultGroup {
  return finding.about ?? (isClass(finding.class) ? GROUPS[finding.class] : "file");
}

/**
 * The finding to speak of first: that it is not signed by anybody the checker named, else one that names the first bad
 * number, else one of a range, else the first; what is only older comes after all others.
 */
export function mainFinding(findings: readonly Finding[]): Finding | undefined {
  const foreign = findings.find((finding) => finding.class === "foreign keys");
  if (foreign !== undefined) return foreign;
  const bad = firstBad(findings);
  const named = findings.filter((finding) => finding.seq === bad && bad !== undefined);
  const first = named.find((finding) => finding.until === undefined) ?? named[0];
  const graver = findings.find((finding) => finding.about !== "older");
  return first ?? graver ?? findings[0];
}

/** What to do, in English; the pages say the same from their own catalogue, in the reader's language. */
export const WHAT_TO_DO: Readonly<Record<FaultGroup, string>> = {
  changed:
    "Keep this file and this report. Export the log again, compare, and notify the head of compliance. The signer’s own store still has the original.",
  file: "Compare the file’s SHA-256 with the list of exports, or export again and verify that file.",
  keys: "Compare the keys in your policy file with those you received. Ask for a bundle with the missing cosignatures.",
  lost: "Ask for the statement of recovery, or the entry of the erasure, that the finding names.",
  late: "Verify a newer bundle. If the entries are still not signed, ask the operator.",
  empty: "Export the log again once a checkpoint covers its first entries.",
  older:
    "Ask for a newer bundle and verify it. If none extends your checkpoint, the log was cut. Keep this file and your policy file, and notify the head of compliance.",
  receipt:
    "Compare it with the answer it came from. Ask the person who gave it to you for that answer. The receipt says nothing about this log.",
  promise:
    "Keep the receipt and this bundle. Together they show that the log broke its promise. Notify the head of compliance.",
};
