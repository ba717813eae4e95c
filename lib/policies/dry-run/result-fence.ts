import "server-only";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { mayWrite } from "@/lib/policies/who-may";
import type { Change, DryRunResult } from "./schema";

/** What a reader sees of a result's rows: the counts only, or all rows but those of requests that are sealed from them. */
export type Fence = "counts" | ReadonlySet<string>;

/** Returns the fence of a reader. A run is of the whole tenant; its rows name people and cases of other agencies. */
export async function readFence(tx: Tx, cx: Pick<Context, "principal" | "clock">): Promise<Fence> {
  return mayWrite(cx.principal) ? new Set(await findSealedCases(tx, cx)) : "counts";
}

/** Returns the rows that a reader may see. */
export function rowsWithin<Row extends { readonly request_id: string | null }>(
  rows: readonly Row[],
  fence: Fence,
): Row[] {
  if (fence === "counts") return [];
  return rows.filter(({ request_id: id }) => id === null || !fence.has(id));
}

/** Counts are of the rows that are shown, so that they do not reveal a sealed request. */
function countOf(shown: readonly Change[], all: readonly Change[], count: number): number {
  if (shown.length === all.length) return count;
  const people = (rows: readonly Change[]) => new Set(rows.map(({ user_id: id }) => id)).size;
  return Math.max(0, count - (people(all) - people(shown)));
}

/** Returns a result as a reader may see it. */
export function withinFence(result: DryRunResult, fence: Fence): DryRunResult {
  const [losers, gainers, past] = [
    rowsWithin(result.losers, fence),
    rowsWithin(result.gainers, fence),
    rowsWithin(result.past, fence),
  ];
  if (fence === "counts") return { ...result, losers, gainers, past };
  const hidden = new Set(result.losers.filter((row) => !losers.includes(row)).map(({ grant_id: id }) => id));
  const { decisions } = result;
  const hiddenPast = result.past.length - past.length;
  return {
    ...result,
    ...{ losers, gainers, past },
    people_lose: countOf(losers, result.losers, result.people_lose),
    people_gain: countOf(gainers, result.gainers, result.people_gain),
    grants_narrower: result.grants_narrower - hidden.size,
    decisions: {
      ...decisions,
      total: decisions.total - hiddenPast,
      differ: decisions.differ - hiddenPast,
    },
  };
}
