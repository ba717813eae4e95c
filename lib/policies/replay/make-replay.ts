import "server-only";
import { z } from "zod";
import { type PreparedSet, policyVersionOf, preparePolicySet } from "@/lib/access/policy/engine";
import { decideOpening } from "@/lib/access/rules/decide";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import type { DryRunContext } from "@/lib/policies/dry-run/dry-run";
import { type Progress, RunFailed } from "@/lib/policies/dry-run/progress";
import type { ClaimedRun } from "@/lib/policies/dry-run/run-store";
import { MOST_ROWS, type ReplayDifference, type ReplayResult } from "@/lib/policies/dry-run/schema";
import { documentOf } from "@/lib/policies/load-set";
import {
  countDecisions,
  type Decided,
  isAsRecorded,
  outcomeOf,
  type Period,
  recordedDecisions,
  type Unreadable,
} from "@/lib/policies/recorded/recorded-decisions";
import { findSet } from "@/lib/policies/store";
import { Turns } from "@/lib/policies/turns";

/** Returns the numbers of the sets that were ever active, oldest first. */
async function listActivated(tx: Tx, tenantId: string): Promise<number[]> {
  const rows = await tx.policy_activation.findMany({
    where: { tenant_id: tenantId },
    distinct: ["number"],
    orderBy: { number: "asc" },
    select: { number: true },
  });
  return z
    .array(z.object({ number: z.number() }))
    .parse(rows)
    .map(({ number }) => number);
}

/** Prepared sets that are kept at once. Decisions of one time are of one or two sets. */
const MOST_KEPT = 8;

/** The sets that were ever active, by the version that this build gives them. */
class SetsByVersion {
  readonly #numbers = new Map<string, number>();
  readonly #prepared = new Map<string, PreparedSet>();

  constructor(private readonly cx: DryRunContext) {}

  /** Reads each set once, to know its version. Throws RunFailed for a text that was altered. */
  async read(): Promise<void> {
    const { tenantId } = this.cx.instance;
    for (const number of await inSnapshot(this.cx, (tx) => listActivated(tx, tenantId)))
      this.#numbers.set(policyVersionOf(await this.#document(number)), number);
  }

  async #document(number: number) {
    const set = await inSnapshot(this.cx, (tx) => findSet(tx, this.cx.instance.tenantId, { number }));
    if (set === undefined) throw new RunFailed(`Version ${number} does not exist any more.`);
    try {
      return documentOf(set);
    } catch (error) {
      if (error instanceof InvariantError)
        throw new RunFailed(`The text of version ${number} was altered in the database.`);
      throw error;
    }
  }

  /** Returns the set of a recorded version; undefined where its floor is another build's. */
  async find(version: string): Promise<{ readonly number: number; readonly set: PreparedSet } | undefined> {
    const number = this.#numbers.get(version);
    if (number === undefined) return undefined;
    const known = this.#prepared.get(version);
    if (known !== undefined) return { number, set: known };
    const set = preparePolicySet(await this.#document(number));
    if (this.#prepared.size >= MOST_KEPT) this.#prepared.clear();
    this.#prepared.set(version, set);
    return { number, set };
  }
}

/** What the decisions replayed so far came to. */
class Tally {
  readonly counts = { total: 0, same: 0, differ: 0, other_build: 0, unreadable: 0 };
  readonly differences: ReplayDifference[] = [];

  constructor(private readonly sets: SetsByVersion) {}

  /** Decides one recorded decision again, by the set of its version. */
  async add(one: Decided | Unreadable): Promise<void> {
    this.counts.total += 1;
    if (one.is === "unreadable") {
      this.counts.unreadable += 1;
      return;
    }
    const known = await this.sets.find(one.version);
    if (known === undefined) {
      this.counts.other_build += 1;
      return;
    }
    const replayed = outcomeOf(decideOpening(one.facts, known.set));
    if (isAsRecorded(one, replayed)) {
      this.counts.same += 1;
      return;
    }
    this.counts.differ += 1;
    if (this.differences.length >= MOST_ROWS) return;
    const { entryId: entry_id, requestId: request_id, seq, at, recorded } = one;
    this.differences.push({ entry_id, request_id, seq, at, number: known.number, recorded, replayed });
  }
}

/**
 * Decides recorded decisions again, each by the set and floor of its version, and compares outcome and deciding
 * policies. A difference is listed and raises the alarm `policy.replay`.
 */
export async function makeReplay(
  cx: DryRunContext,
  run: ClaimedRun,
  progress: Progress,
): Promise<ReplayResult> {
  const began = performance.now();
  const to = run.question.to === undefined ? cx.clock.now() : new Date(run.question.to);
  const from = run.question.from === undefined ? undefined : new Date(run.question.from);
  const sets = new SetsByVersion(cx);
  await sets.read();
  progress.plan(await countDecisions(cx, { from, to }));
  await progress.renew();
  const { counts, differences } = await tallied(cx, { from, to }, sets, progress);
  if (counts.differ > 0)
    cx.logger.error(
      { alarm: "policy.replay", run: run.id, differ: counts.differ, first: differences[0]?.entry_id },
      "recorded decisions are decided otherwise by the set of their version",
    );
  return {
    ...{ from: from?.toISOString() ?? null, to: to.toISOString(), ...counts },
    ...{ differences: [...differences], differences_more: counts.differ > differences.length },
    ms: Math.round(performance.now() - began),
  };
}

async function tallied(
  cx: DryRunContext,
  period: Period,
  sets: SetsByVersion,
  progress: Progress,
): Promise<Tally> {
  const tally = new Tally(sets);
  const turns = new Turns();
  for await (const one of recordedDecisions(cx, period)) {
    progress.step();
    if (turns.isOver) await turns.give();
    await tally.add(one);
  }
  return tally;
}
