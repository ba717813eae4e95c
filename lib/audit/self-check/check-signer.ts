import "server-only";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { around } from "../bundle-verifier/report/report";
import type { SignerWord } from "./ask-signer";
import type { Walk } from "./progress";
import type { VerificationReport } from "./schema";

/** Refusals that say nothing against the database: the signer compared nothing. */
export const COMPARED_NOTHING: readonly string[] = ["clock", "empty", "store"];

/** How far a walk must go on, so that its root can be held against the one the signer has signed meanwhile. */
export function reachOf(word: SignerWord, walk: Walk): number {
  return word.is === "signed" ? Math.max(walk.size, word.checkpoint.size) : walk.size;
}

/**
 * Holds the walk's root against the signer's, which has a copy of its own that the database's owner cannot change:
 * its word names where the database no longer agrees with it. Only `agrees` makes a verification whole. The walk must
 * have reached the signer's size (`reachOf`).
 */
export function checkSigner(walk: Walk, word: SignerWord, log: string): VerificationReport["signer"] {
  if (word.is === "absent") return "absent";
  if (word.is === "refused") return checkRefusal(walk, word);
  const { origin, size, root } = word.checkpoint;
  if (origin !== log || size < walk.size) {
    const detail = `the checkpoint signer signs ${size} leaves of ${origin}, the database has ${walk.size} of ${log}`;
    walk.add({ class: "fork", detail, ...around(Math.min(size, walk.size)) });
    return "differs";
  }
  if (equalConstantTime(root, walk.frontier.root())) {
    // Also where an older stored root failed: which of them is wrong is a finding already.
    walk.proven = walk.failed === undefined ? walk.size : walk.proven;
    return "agrees";
  }
  if (walk.failed === undefined) {
    const detail = `the signer's own root over ${walk.size} entries is another one`;
    walk.add({ class: "fork", detail, seq: walk.proven, until: walk.size - 1 });
  }
  return "differs";
}

function checkRefusal(
  walk: Walk,
  { reason, seq }: Extract<SignerWord, { is: "refused" }>,
): VerificationReport["signer"] {
  // An empty log is the one thing about which the signer can agree without a signature.
  if (reason === "empty" && walk.size === 0) return "agrees";
  if (COMPARED_NOTHING.includes(reason)) return "refuses";
  const detail = `the checkpoint signer refuses, by its own copy: ${reason} at ${seq}`;
  walk.add({ class: "fork", detail, ...around(seq) });
  return "refuses";
}
