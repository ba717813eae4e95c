import "server-only";
import { type ObserveContext, observe, type Seen } from "@/lib/alerts/observe";
import { escrowWithoutOrder } from "@/lib/alerts/rules/escrow-without-order";
import { grantNearCap } from "@/lib/alerts/rules/grant-near-cap";
import { integrity } from "@/lib/alerts/rules/integrity";
import { offHoursReads } from "@/lib/alerts/rules/off-hours-reads";
import { denialBurst, selfApproval } from "@/lib/alerts/rules/refused-acts";
import type { Rule, RuleScope } from "@/lib/alerts/rules/rule";
import { readThresholds } from "@/lib/alerts/rules/threshold-store";
import { inSnapshot, type Tx } from "@/lib/db/transaction";

type Look = (tx: Tx, scope: RuleScope) => Promise<Seen[]>;

function lookOf<Row>({ name, read, judge }: Rule<Row>): Look {
  return async (tx, scope) => {
    const found = judge(await read(tx, scope), scope.thresholds);
    return found.map(({ subject, entries }) => ({
      name,
      subject,
      entries,
      at: scope.now,
      count: entries.length,
    }));
  };
}

const LOOKS: readonly Look[] = [
  lookOf(offHoursReads),
  lookOf(denialBurst),
  lookOf(escrowWithoutOrder),
  lookOf(grantNearCap),
  lookOf(selfApproval),
  lookOf(integrity),
];

/** Evaluates every rule over the log and opens alerts for what they find. */
export async function evaluateRules(cx: ObserveContext): Promise<void> {
  const { tenantId, log } = cx.instance;
  const now = cx.clock.now();
  const found = await inSnapshot(cx, async (tx) => {
    const thresholds = await readThresholds(tx, tenantId);
    const all: Seen[] = [];
    for (const look of LOOKS) all.push(...(await look(tx, { tenantId, log, now, thresholds })));
    return all;
  });
  await observe(cx, found);
}
