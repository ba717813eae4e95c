import { type Finding, type FindingClass, firstBad } from "./report";

/** The subject of a fault. It decides what is certain, what is not and what to do. */
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

/** Returns the subject of a finding. A finding of an unknown class is about the file. */
export function groupOf(finding: { readonly class: string; readonly about?: Finding["about"] }): FaultGroup {
  return finding.about ?? (isClass(finding.class) ? GROUPS[finding.class] : "file");
}

/**
 * Returns the finding to report first: a bundle signed by none of the checker's keys, else a first bad number, else a
 * range, else the first finding. A bundle that is only older comes last.
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

/** Advice in English. The pages have the same texts in their own catalogue, in the reader's language. */
export const WHAT_TO_DO: Readonly<Record<FaultGroup, string>> = {
  changed:
    "Keep this file and this report. Export the log again, compare the two files, and notify the head of compliance. The signer’s own store still has the original entries.",
  file: "Compare the file’s SHA-256 with the list of exports, or export again and verify that file.",
  keys: "Compare the keys in your policy file with the keys that you received from another source. Ask for a bundle with the missing cosignatures.",
  lost: "The finding names a recovery or an erasure. Ask the operator for the statement of the recovery, or for the log entry of the erasure.",
  late: "Verify a newer bundle. If the entries are still not signed, ask the operator.",
  empty: "Export the log again once a checkpoint covers its first entries.",
  older:
    "Ask for a newer bundle and verify it. If no newer bundle extends your checkpoint, the log was cut off. Keep this file and your policy file, and notify the head of compliance.",
  receipt:
    "Compare the receipt with the API answer that contained it. If you do not have that answer, ask the person who gave you the receipt. The receipt says nothing about this log.",
  promise:
    "Keep the receipt and this bundle. Together they show that the log broke its promise. Notify the head of compliance.",
};
