import "server-only";
import type { AlarmBuffer } from "@/lib/alerts/alarm-buffer";
import { escalate } from "@/lib/alerts/delivery/deliver";
import { endUnseen, type ObserveContext, observe } from "@/lib/alerts/observe";
import { evaluateRules } from "@/lib/alerts/rules/evaluate-rules";
import { takeSignals } from "@/lib/alerts/signal-store";
import { inTransaction } from "@/lib/db/transaction";

/** What the job needs in addition: the alarms of this process. */
export type KeepContext = ObserveContext & { readonly alarms?: AlarmBuffer | undefined };

async function storeOwn(cx: KeepContext): Promise<void> {
  const seen = cx.alarms?.drain() ?? [];
  try {
    await observe(cx, seen);
  } catch (error) {
    for (const one of seen) cx.alarms?.add(one);
    throw error;
  }
}

/**
 * One pass: stores the alarms of this process and of the worker, evaluates the rules, ends alerts that were
 * quiet for an hour, and queues second messages. Several portals run it; what one has done, the others find done.
 */
export async function keepAlerts(cx: KeepContext): Promise<void> {
  await storeOwn(cx);
  const signals = await inTransaction(cx, (tx) => takeSignals(tx, cx.instance.tenantId));
  try {
    await observe(cx, signals);
  } catch (error) {
    for (const one of signals) cx.alarms?.add(one);
    throw error;
  }
  await evaluateRules(cx);
  await endUnseen(cx, "quiet");
  await escalate(cx);
}
