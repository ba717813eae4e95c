import "server-only";
import { z } from "zod";
import type { Allowed, Refused } from "@/lib/access/rules/decide";
import type { OpeningFacts } from "@/lib/access/rules/facts";
import { readFacts } from "@/lib/access/rules/read-facts";
import { countActs, type RecordedAct, recordedActs } from "@/lib/audit/reading/recorded-acts";
import type { AuditContext } from "@/lib/context/context";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import type { DbContext } from "@/lib/db/transaction";
import type { PastOutcome } from "@/lib/policies/dry-run/schema";
import { GroupName } from "@/lib/vocabulary";

const ACTIONS = ["disclosure.open"] as const;

/** A period of recorded decisions; without `from` it begins with the log. */
export interface Period {
  readonly from?: Date | undefined;
  readonly to: Date;
}

/** A recorded decision of an opening, with the facts that it was made from. */
export interface Decided {
  readonly is: "decided";
  readonly entryId: string;
  readonly seq: number;
  /** The request behind it, from the entry's own case part. */
  readonly requestId: string | null;
  readonly at: string;
  readonly facts: OpeningFacts;
  /** The version that decided: a digest over the set and the floor. */
  readonly version: string;
  readonly recorded: PastOutcome;
}

/** An entry of an opening whose facts cannot be read: the key was destroyed, the bytes were changed, or there are none. */
export interface Unreadable {
  readonly is: "unreadable";
  readonly entryId: string;
  readonly seq: number;
}

type PeriodContext = AuditContext & DbContext;

/** Returns how many entries `recordedDecisions` reads, at most. */
export function countDecisions(cx: PeriodContext, period: Period): Promise<number> {
  return countActs(cx, { actions: ACTIONS, ...period });
}

const Levels = z.partialRecord(GroupName, z.enum(["masked", "full"]));
const Recorded = z.object({
  facts: z.unknown(),
  policy: z.string(),
  policies: z.array(z.string()),
  /** Of an opening: the level of each group. A refusal opens none. */
  levels: Levels.default({}),
});

/** Returns the details of a decision: in the part of its case, or in the organisation's. */
function detailsOf({ opened }: RecordedAct): z.infer<typeof Recorded> | undefined {
  const org: unknown = Reflect.get(Object(opened.org?.plaintext), "details");
  for (const details of [opened.case?.plaintext, org]) {
    const read = Recorded.safeParse(details);
    if (read.success && read.data.facts !== undefined) return read.data;
  }
  return undefined;
}

/**
 * Yields the recorded decisions of a period, in the order of the log. An opening has an intent and an outcome; its
 * decision is in the intent. A refusal has one entry.
 */
export async function* recordedDecisions(
  cx: PeriodContext,
  period: Period,
): AsyncGenerator<Decided | Unreadable> {
  for await (const act of recordedActs(cx, { actions: ACTIONS, ...period })) {
    const { entry, entryId, seq } = act;
    if (entry !== undefined && entry.outcome !== "intent" && entry.outcome !== "denied") continue;
    const details = entry === undefined ? undefined : detailsOf(act);
    const facts = details === undefined ? undefined : readFacts(details.facts);
    if (entry === undefined || details === undefined || facts === undefined) {
      yield { is: "unreadable", entryId, seq };
      continue;
    }
    const isAllowed = entry.outcome === "intent";
    yield {
      ...{ is: "decided", entryId, seq, requestId: act.opened.case?.subject ?? null },
      ...{ at: entry.at, facts, version: details.policy },
      recorded: {
        outcome: isAllowed ? "allowed" : "refused",
        levels: details.levels,
        policies: details.policies.toSorted(),
      },
    };
  }
}

/** Returns a decision in the form in which replayed and recorded ones are compared. */
export function outcomeOf(decision: Allowed | Refused): PastOutcome {
  const policies = [...decision.policies].sort();
  if (!decision.isAllowed) return { outcome: "refused", levels: {}, policies };
  return { outcome: "allowed", levels: Levels.parse(decision.levels), policies };
}

const shown = ({ outcome, levels, policies }: PastOutcome): string =>
  canonicalJson({ outcome, levels, policies: [...policies] });

/** Returns whether a replayed decision has the recorded outcome, levels and policies. */
export function isAsRecorded({ recorded }: Decided, replayed: PastOutcome): boolean {
  return shown(recorded) === shown(replayed);
}
