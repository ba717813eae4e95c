import type { WitnessPolicy } from "@/lib/env/anchors";

/** A witness's cosignature of a checkpoint, as published. */
export interface WitnessMark {
  readonly name: string;
  readonly kind: "own" | "independent";
  /** Unix seconds in the cosignature. */
  readonly timestamp: number;
}

/**
 * Who vouches for a checkpoint (audit.md "Write path", point 4). Our own witnesses alone do not make it "witnessed".
 */
export type Witnessed = "unwitnessed" | "self-witnessed" | "witnessed";

function countOf(marks: readonly Pick<WitnessMark, "kind">[], kind: WitnessMark["kind"]): number {
  return marks.filter((mark) => mark.kind === kind).length;
}

/** Returns whether a checkpoint has every cosignature that publishing waits for. */
export function meetsPolicy(policy: WitnessPolicy, marks: readonly Pick<WitnessMark, "kind">[]): boolean {
  return countOf(marks, "own") >= policy.own && countOf(marks, "independent") >= policy.independent;
}

/**
 * Returns how a checkpoint is witnessed: "witnessed" by as many independent witnesses as the policy requires, at
 * least one; "self-witnessed" by as many of our own; else "unwitnessed".
 */
export function witnessedBy(policy: WitnessPolicy, marks: readonly Pick<WitnessMark, "kind">[]): Witnessed {
  if (countOf(marks, "independent") >= Math.max(1, policy.independent)) return "witnessed";
  return countOf(marks, "own") >= Math.max(1, policy.own) ? "self-witnessed" : "unwitnessed";
}
