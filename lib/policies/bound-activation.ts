import { entryLeaf, parseEntry } from "@/lib/audit/entry/entry";
import { closedLog } from "@/lib/audit/reading/of-log";
import type { InstanceFacts } from "@/lib/context/context";
import { equalConstantTime, toBase64url } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import type { ActivationRow, Evidence } from "@/lib/policies/activation-store";

type Named = Pick<ActivationRow, "seq" | "number" | "document_digest">;
type Logs = Pick<InstanceFacts, "log" | "closedLogs">;

/** What an approval is about: the submission that its person read. */
export interface Approved {
  readonly number: number;
  readonly round: number;
  readonly document_digest: string;
  readonly gains: boolean | null;
  readonly duties: readonly string[];
}

/**
 * Returns what the entry of an activation has in public: a digest over its place in the order, the set's number and the
 * document's digest. So an entry vouches for one activation alone, and everyone who reads the log can check it.
 */
export function activationDigest({ seq, number, document_digest: digest }: Named): string {
  return toBase64url(sha256(`sealport/policy-activation/1\n${seq}\n${number}\n${digest}\n`));
}

/** Returns what the entry of an approval has in public: a digest over the submission and the duties of its person. */
export function approvalDigest({ number, round, document_digest, gains, duties }: Approved): string {
  const lines = [
    number,
    round,
    document_digest,
    gains === false ? "same" : "gains",
    duties.toSorted().join(" "),
  ];
  return toBase64url(sha256(`sealport/policy-approval/1\n${lines.join("\n")}\n`));
}

/**
 * Returns whether an entry of the log has this digest in public, and has its leaf where the log has gone on since. A person
 * who can write rows can also write an entry, but none that the log has. The bytes of a very old entry may have been pruned;
 * its leaf remains.
 */
function isVouchedFor(
  instance: Logs,
  { entryId, digest }: { readonly entryId: string; readonly digest: string },
  { bytes, leaf, isPassed }: Evidence,
): boolean {
  if (bytes === undefined) return leaf !== undefined;
  try {
    const entry = parseEntry(bytes);
    const isOurs = entry.log === instance.log || closedLog(instance, entry.log) !== undefined;
    const isOf = entry.id === entryId && entry.class === "policy" && entry.outcome === "done";
    if (!isOurs || !isOf || entry.pub?.policy !== digest) return false;
    if (leaf === undefined) return !isPassed;
    return leaf.log === entry.log && equalConstantTime(leaf.hash, entryLeaf(bytes));
  } catch {
    return false;
  }
}

/** Returns whether the log vouches for an activation. */
export function isBound(instance: Logs, activation: ActivationRow, evidence: Evidence): boolean {
  const named = { entryId: activation.entry_id, digest: activationDigest(activation) };
  return isVouchedFor(instance, named, evidence);
}

/** Returns whether the log vouches for an approval of this submission. */
export function isApprovalBound(
  instance: Logs,
  approved: Approved,
  entryId: string,
  evidence: Evidence,
): boolean {
  return isVouchedFor(instance, { entryId, digest: approvalDigest(approved) }, evidence);
}
