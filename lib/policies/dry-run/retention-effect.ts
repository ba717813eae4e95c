import "server-only";
import { comparePeriods, type PeriodChange, type RetentionSettings } from "@/lib/access/policy/retention";
import { seesEveryCase } from "@/lib/audit/reading/fence";
import { type RetentionEffect, readRetentionEffect } from "@/lib/audit/retention/effect";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import type { RetentionResult } from "./schema";

function effectOf(
  change: PeriodChange,
  effects: readonly RetentionEffect[],
  isOfOthers: (name: string) => boolean,
) {
  const own = effects.filter(
    ({ kind, name }) =>
      kind === change.kind && (change.name === "*" ? isOfOthers(name) : name === change.name),
  );
  const firsts = own.flatMap(({ first_at: at }) => (at === null ? [] : [at.getTime()]));
  const sum = (of: "removes" | "kept") => own.reduce((total, one) => total + one[of], 0);
  return {
    ...change,
    ...{ removes: sum("removes"), kept_by_hold: sum("kept") },
    first_at: firsts.length === 0 ? null : new Date(Math.min(...firsts)).toISOString(),
  };
}

/** Returns which periods a set changes against the base, and what each of them ends. Reads only. */
export async function readRetentionResult(
  tx: Tx,
  { instance }: Pick<Context, "instance">,
  { base, candidate }: { readonly base: RetentionSettings; readonly candidate: RetentionSettings },
): Promise<RetentionResult> {
  const changes = comparePeriods(base, candidate);
  if (changes.length === 0) return { changes: [] };
  const { signerUrl, pinned } = instance;
  const signer =
    signerUrl === undefined || pinned === undefined ? undefined : { signerUrl, logVkey: pinned.log };
  const effects = await readRetentionEffect(tx, candidate, signer);
  const named = {
    class: new Set([...Object.keys(base.classes), ...Object.keys(candidate.classes)]),
    role: new Set([...Object.keys(base.roles), ...Object.keys(candidate.roles)]),
  };
  return {
    changes: changes.map((change) => effectOf(change, effects, (name) => !named[change.kind].has(name))),
  };
}

/**
 * Returns the result for this reader. For a reader who may not know of every hold, it counts what holds keep as
 * removed, because that number shows that there are holds (I12).
 */
export function shownRetention(cx: Pick<Context, "principal">, result: RetentionResult): RetentionResult {
  if (seesEveryCase(cx)) return result;
  return {
    changes: result.changes.map(({ kept_by_hold: kept = 0, ...change }) => ({
      ...change,
      removes: change.removes + kept,
    })),
  };
}
