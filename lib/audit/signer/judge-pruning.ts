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

/** What the signer holds a pruning against: its own copy, its own days and its own clock. */
export interface PruningRules {
  readonly past: SignedHistory;
  /** Size of the tree it signed last. */
  readonly signedSize: number;
  readonly floorDays: number;
  readonly nowMicros: bigint;
}

/**
 * Whether an entry that says that others were pruned may go under a signature. Verifiers believe that what lies below
 * its minimum index is rightly gone, so whoever owns the database would only have to write one to hide what he
 * deleted. So: it has the form of the door that prunes (audit_prune), what it covers was signed and is past the
 * signer's own days by the signer's own copy, and the checkpoint it names is a tree that was signed.
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
