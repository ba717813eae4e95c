import { entryLeaf, parseEntry } from "@/lib/audit/entry/entry";
import { closedLog } from "@/lib/audit/reading/of-log";
import type { InstanceFacts } from "@/lib/context/context";
import { equalConstantTime, toBase64url } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import type { ActivationRow, Evidence } from "@/lib/policies/activation-store";

type Named = Pick<ActivationRow, "seq" | "number" | "document_digest">;

/**
 * Returns what the entry of an activation has in public: a digest over its place in the order, the set's number and the
 * document's digest. So an entry vouches for one activation alone, and everyone who reads the log can check it.
 */
export function activationDigest({ seq, number, document_digest: digest }: Named): string {
  return toBase64url(sha256(`sealport/policy-activation/1\n${seq}\n${number}\n${digest}\n`));
}

/**
 * Returns whether the log vouches for an activation: its entry names it, and has its leaf where the log has gone on since.
 * A person who can write rows can also write an entry, but none that the log has. The bytes of a very old entry may have
 * been pruned; its leaf remains.
 */
export function isBound(
  instance: Pick<InstanceFacts, "log" | "closedLogs">,
  activation: ActivationRow,
  { bytes, leaf, isPassed }: Evidence,
): boolean {
  if (bytes === undefined) return leaf !== undefined;
  try {
    const entry = parseEntry(bytes);
    const isOurs = entry.log === instance.log || closedLog(instance, entry.log) !== undefined;
    const names =
      entry.id === activation.entry_id &&
      entry.class === "policy" &&
      entry.outcome === "done" &&
      entry.pub?.policy === activationDigest(activation);
    if (!isOurs || !names) return false;
    if (leaf === undefined) return !isPassed;
    return leaf.log === entry.log && equalConstantTime(leaf.hash, entryLeaf(bytes));
  } catch {
    return false;
  }
}
