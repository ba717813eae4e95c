import "server-only";
import { queueRuleChange } from "@/lib/alerts/delivery/store";
import { listThresholds, type SetThreshold, upsertThreshold } from "@/lib/alerts/rules/threshold-store";
import {
  type NewThreshold,
  THRESHOLDS,
  type ThresholdChanged,
  type ThresholdList,
  ThresholdName,
  type ThresholdQuery,
  type ThresholdView,
} from "@/lib/alerts/rules/thresholds";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { invalidField } from "@/lib/errors";

function view(name: ThresholdName, own: SetThreshold | undefined): ThresholdView {
  const { usual, least, most } = THRESHOLDS[name];
  return {
    name,
    value: own?.value ?? usual,
    usual,
    least,
    most,
    changed_at: own?.changedAt.toISOString() ?? null,
    changed_by: own?.changedBy ?? null,
  };
}

/** Returns every figure of the rules with its default and its bounds, on one page. */
export async function getThresholds(cx: Context, { cursor }: ThresholdQuery): Promise<ThresholdList> {
  if (cursor !== undefined) throw invalidField("/cursor", "is not a cursor of this list");
  await recordReadOnce(cx, "alert.read");
  const set = await inSnapshot(cx, (tx) => listThresholds(tx, cx.instance.tenantId));
  const own = (name: ThresholdName) => set.find((one) => one.name === name);
  return { items: ThresholdName.options.map((name) => view(name, own(name))), next_cursor: null };
}

/**
 * Sets a figure of the rules from now on. Every address for alerts gets a message if it changes. Throws `request.invalid`
 * for a value outside its bounds.
 */
export async function setThreshold(
  cx: Context,
  name: ThresholdName,
  { value }: NewThreshold,
): Promise<ThresholdChanged> {
  const { least, most } = THRESHOLDS[name];
  if (value < least || value > most) throw invalidField("/value", `is not between ${least} and ${most}`);
  const { tenantId } = cx.instance;
  const { userId, name: person } = cx.principal;
  const at = cx.clock.now();
  const entry = await inTransaction(cx, async (tx) => {
    const own = (await listThresholds(tx, tenantId)).find((one) => one.name === name)?.value;
    const before = own ?? THRESHOLDS[name].usual;
    const written = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "alert.threshold",
      subjects: [`alert-threshold:${name}`],
      details: { name, before, value },
    });
    await upsertThreshold(tx, { tenantId, name, value, at, userId });
    if (value !== before) await queueRuleChange(tx, tenantId, at);
    return written;
  });
  const own = { name, value, changedAt: at, changedBy: person };
  return { ...view(name, own), receipt: await issueReceipt(cx, entry) };
}
