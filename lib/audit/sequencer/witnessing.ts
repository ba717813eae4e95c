import type { WitnessPolicy } from "@/lib/env/anchors";

/** A witness's word on a checkpoint, as published. */
export interface WitnessMark {
  readonly name: string;
  readonly kind: "own" | "independent";
  /** Unix seconds in the cosignature. */
  readonly timestamp: number;
}

/** Whose word stands beside a checkpoint (audit.md "Write path", point 4): ours alone is not "witnessed". */
export type Witnessed = "unwitnessed" | "self-witnessed" | "witnessed";

function countOf(marks: readonly Pick<WitnessMark, "kind">[], kind: WitnessMark["kind"]): number {
  return marks.filter((mark) => mark.kind === kind).length;
}

/** Whether a checkpoint has every cosignature that publishing waits for. */
export function meetsPolicy(policy: WitnessPolicy, marks: readonly Pick<WitnessMark, "kind">[]): boolean {
  return countOf(marks, "own") >= policy.own && countOf(marks, "independent") >= policy.independent;
}

/**
 * The word for a checkpoint: witnessed by as many independent witnesses as the policy wants, at least one;
 * self-witnessed by as many of our own; else unwitnessed.
 */
export function witnessedBy(policy: WitnessPolicy, marks: readonly Pick<WitnessMark, "kind">[]): Witnessed {
  if (countOf(marks, "independent") >= Math.max(1, policy.independent)) return "witnessed";
  return countOf(marks, "own") >= Math.max(1, policy.own) ? "self-witnessed" : "unwitnessed";
}
