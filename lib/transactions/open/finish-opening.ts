import "server-only";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import { dataOfAll, type Groups } from "@/lib/transactions/groups";
import { type Intent, recordOutcome } from "@/lib/transactions/open/record-disclosure";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { Disclosure } from "@/lib/transactions/schema";
import type { GroupName } from "@/lib/vocabulary";

/** Runs an opening whose intent is committed; whatever becomes of it is written down before anybody hears of it. */
export async function finishOpening<T extends { readonly groups: Groups }>(
  cx: Context,
  intent: Intent,
  open: () => Promise<T>,
): Promise<T & { readonly answer: Disclosure }> {
  let result: T;
  try {
    result = await open();
  } catch (error) {
    const code = error instanceof DomainError ? error.code : "service.unavailable";
    await recordOutcome(cx, intent, { outcome: "failed", error: code });
    throw error;
  }
  const entry = await recordOutcome(cx, intent, { outcome: "done", opened: Object.keys(result.groups) });
  const data = dataOfAll(result.groups);
  const receipt = await issueReceipt(cx, entry);
  return { ...result, answer: { success: true, access_id: intent.id, data, receipt } };
}

/** Those of the permitted groups that are stored unsealed. */
export function plainGroupsOf(row: TransactionRow, permitted: readonly GroupName[]): Groups {
  const plain: Groups = {};
  for (const group of permitted) {
    const fields = row.plain[group];
    if (fields !== undefined) plain[group] = fields;
  }
  return plain;
}
