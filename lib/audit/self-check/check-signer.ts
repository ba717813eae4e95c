import "server-only";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { around } from "../bundle-verifier/report/report";
import type { SignerWord } from "./ask-signer";
import type { Walk } from "./progress";
import type { VerificationReport } from "./schema";

/** Refusals that are not evidence against the database: the signer compared nothing. */
export const COMPARED_NOTHING: readonly string[] = ["clock", "empty", "store"];

/**
 * Returns how far a walk must continue, so that its root can be compared with the one that the signer has signed
 * meanwhile.
 */
export function reachOf(word: SignerWord, walk: Walk): number {
  return word.is === "signed" ? Math.max(walk.size, word.checkpoint.size) : walk.size;
}

/**
 * Compares the walk's root with the signer's. The database owner cannot change the signer's own copy, so the signer's
 * statement names where the database differs from it. Only `agrees` makes a verification complete. The walk must have
 * reached the signer's size (`reachOf`).
 */
export function checkSigner(walk: Walk, word: SignerWord, log: string): VerificationReport["signer"] {
  if (word.is === "absent") return "absent";
  if (word.is === "refused") return checkRefusal(walk, word);
  const { origin, size, root } = word.checkpoint;
  if (origin !== log || size < walk.size) {
    const detail = `the checkpoint signer signs ${size} leaves of the log ${origin}, but the database has ${walk.size} leaves of the log ${log}`;
    walk.add({ class: "fork", detail, ...around(Math.min(size, walk.size)) });
    return "differs";
  }
  if (equalConstantTime(root, walk.frontier.root())) {
    // Also if an older stored root failed: that one of them is wrong is already a finding.
    walk.proven = walk.failed === undefined ? walk.size : walk.proven;
    return "agrees";
  }
  if (walk.failed === undefined) {
    const detail = `the signer's own root over ${walk.size} entries differs from the root in the database`;
    walk.add({ class: "fork", detail, seq: walk.proven, until: walk.size - 1 });
  }
  return "differs";
}

function checkRefusal(
  walk: Walk,
  { reason, seq }: Extract<SignerWord, { is: "refused" }>,
): VerificationReport["signer"] {
  // Only for an empty log can the signer agree without a signature.
  if (reason === "empty" && walk.size === 0) return "agrees";
  if (COMPARED_NOTHING.includes(reason)) return "refuses";
  const detail = `the checkpoint signer refuses to sign, because the database does not match its own copy: ${reason} at ${seq}`;
  walk.add({ class: "fork", detail, ...around(seq) });
  return "refuses";
}
