import "server-only";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { loadSet } from "@/lib/policies/load-set";
import type { PolicySetAnswer } from "@/lib/policies/schema";
import { viewSet } from "@/lib/policies/view";
import { requireWriter } from "@/lib/policies/who-may";

/** What an act on a set wrote: its entry, and the number of the set. */
export interface Acted {
  readonly number: number;
  readonly entry: AppendedEntry;
}

/** Runs an act in one transaction and answers with the set as it is then. Throws `access.forbidden` first. */
export async function answerAct(cx: Context, act: (tx: Tx) => Promise<Acted>): Promise<PolicySetAnswer> {
  requireWriter(cx.principal);
  const { number, entry } = await inTransaction(cx, act);
  const { document: _, ...view } = await inSnapshot(cx, async (tx) =>
    viewSet(tx, cx, await loadSet(tx, cx, number)),
  );
  return { ...view, receipt: await issueReceipt(cx, entry) };
}
