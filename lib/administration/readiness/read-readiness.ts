/**
 * What real data needs, as a list: ten needed parts and three recommended ones. facts.ts judges the whole list,
 * try-parts.ts and reach-address.ts try what has to be tried, record.ts takes what people state, and count-missing.ts is
 * what the rest of the portal asks. Must stay true: a part is done only where its check succeeded or a person recorded
 * it under their name; no needed part is done by a setting.
 */
import "server-only";
import { assuranceOf } from "@/lib/administration/readiness/count-missing";
import { type FactsContext, judgeReadiness } from "@/lib/administration/readiness/facts";
import { type Result, sentenceOf } from "@/lib/administration/readiness/result";
import {
  NeededItem,
  type ReadinessItem,
  ReadinessItemName,
  type ReadinessList,
} from "@/lib/administration/readiness/schema";
import type { StoredResult } from "@/lib/administration/readiness/store";
import { readSetupPeople } from "@/lib/administration/setup/second-administrator";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { findPeople } from "@/lib/identity/people/people-store";

const NEEDED: readonly string[] = NeededItem.options;

/** The mark of a code is nothing to show. */
function shownFacts({ mark: _mark, ...facts }: Result["facts"]): Result["facts"] {
  return facts;
}

function itemOf(
  item: ReadinessItemName,
  result: Result,
  stored: StoredResult | undefined,
  names: ReadonlyMap<string, { readonly name: string }>,
): ReadinessItem {
  const { state, cause, facts } = result;
  return {
    item,
    is_needed: NEEDED.includes(item),
    state,
    cause: cause ?? null,
    detail: sentenceOf(result),
    facts: shownFacts(facts),
    checked_at: stored?.at.toISOString() ?? null,
    checked_by: stored === undefined ? null : (names.get(stored.by)?.name ?? null),
  };
}

/** Returns the list in the caller's transaction. */
export async function readReadinessIn(tx: Tx, cx: Context & FactsContext): Promise<ReadinessList> {
  const { results, stored } = await judgeReadiness(tx, cx);
  const names = await findPeople(
    tx,
    [...stored.values()].map(({ by }) => by),
  );
  const items = ReadinessItemName.options.map((item) => itemOf(item, results[item], stored.get(item), names));
  const ready = items.filter(({ is_needed, state }) => is_needed && state === "done").length;
  return {
    assurance: assuranceOf(cx.instance, NEEDED.length - ready),
    done: ready,
    items,
    people: await readSetupPeople(tx, cx),
  };
}

/** Returns what real data needs, for administrators. */
export async function readReadiness(cx: Context): Promise<ReadinessList> {
  const list = await inSnapshot(cx, (tx) => readReadinessIn(tx, cx));
  await recordReadOnce(cx, "readiness.read");
  return list;
}
