import "server-only";
import { z } from "zod";
import { equalConstantTime, fromBase64url } from "@/lib/crypto/bytes";
import type { Entry } from "../entry/entry";
import type { SignedHistory } from "./signed-history";

const DAY_MICROS = 86_400_000_000n;
const Seq = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const Prune = z.strictObject({
  minimum: Seq,
  checkpoint: z.strictObject({ size: Seq, root: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }),
});

/** What the signer checks a pruning against: its own copy, its own days and its own clock. */
export interface PruningRules {
  readonly past: SignedHistory;
  /** Size of the tree that it signed last. */
  readonly signedSize: number;
  readonly floorDays: number;
  readonly nowMicros: bigint;
}

/**
 * Returns whether the signer may sign an entry that records a pruning. Verifiers accept that entries below its
 * minimum index were pruned. So without this check the database owner could write such an entry to hide what they
 * deleted. The entry must have the form that the function audit_prune writes. By the signer's own copy, the entries
 * that it covers must be signed and older than the signer's own days. The checkpoint that it names must be a signed
 * tree.
 */
export async function isSoundPruning(
  { class: kind, outcome, pub }: Entry,
  rules: PruningRules,
): Promise<boolean> {
  const prune = Prune.safeParse(pub?.prune);
  if (!prune.success || kind !== "retention" || outcome !== "done") return false;
  const { minimum, checkpoint } = prune.data;
  if (minimum > checkpoint.size || checkpoint.size > rules.signedSize) return false;
  const youngest = await rules.past.youngestBelow(minimum);
  if (youngest + BigInt(rules.floorDays) * DAY_MICROS > rules.nowMicros) return false;
  return equalConstantTime(await rules.past.rootAt(checkpoint.size), fromBase64url(checkpoint.root));
}
