import "server-only";
import { type FactsContext, judgeReadiness } from "@/lib/administration/readiness/facts";
import { type InstanceAssurance, NeededItem } from "@/lib/administration/readiness/schema";
import type { InstanceFacts, RealDataReadiness } from "@/lib/context/context";
import { type DbContext, inSnapshot } from "@/lib/db/transaction";

/** How old an answer may be: openings ask each time. */
const FRESH_MS = 5_000;

/** Returns what the instance may say of itself. The demonstration's people have no place in a real record. */
export function assuranceOf(instance: InstanceFacts, missing: number): InstanceAssurance {
  if (instance.demonstration === true) return "evaluation";
  return missing > 0 ? "setup" : "signed";
}

/** Returns what the portal's other rooms ask about readiness. An answer is at most five seconds old. */
export function readinessOf(cx: DbContext & FactsContext): RealDataReadiness {
  let latest: { readonly atMs: number; readonly missing: Promise<number> } | undefined;
  const count = async (): Promise<number> => {
    const { results } = await inSnapshot(cx, (tx) => judgeReadiness(tx, cx));
    return NeededItem.options.filter((item) => results[item].state !== "done").length;
  };
  return {
    countMissing: () => {
      const atMs = cx.clock.nowMs();
      if (latest === undefined || atMs - latest.atMs > FRESH_MS || atMs < latest.atMs) {
        const missing = count();
        latest = { atMs, missing };
        missing.catch(() => {
          latest = undefined;
        });
      }
      return latest.missing;
    },
  };
}
