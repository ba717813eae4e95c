import "server-only";
import type { Context } from "@/lib/context/context";
import { readableOf } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import type { Need } from "@/lib/home/schema";
import { isSameHuman } from "@/lib/identity/people/one-human-store";
import { approvalsOf, listApprovals } from "@/lib/policies/approval-store";
import { isGainer, listSetRows, type SetRow } from "@/lib/policies/store";
import { namesFor } from "@/lib/policies/view";
import { decidingDuties, mayWrite, neededApprovals } from "@/lib/policies/who-may";

type NeedsContext = Pick<Context, "principal" | "instance">;

const MOST = 20;
const DUTY_OF = { approval: "approve", legal: "legal" } as const;

/** Whether this set waits for the caller: a duty of theirs is still needed, and they are neither its author nor gain by it. */
async function waitsFor(tx: Tx, { principal }: NeedsContext, set: SetRow): Promise<boolean> {
  const approvals = approvalsOf(await listApprovals(tx, set.id), set.round);
  const own = decidingDuties(principal);
  const needed = neededApprovals(set.gains ?? true, approvals).map((need) => DUTY_OF[need]);
  if (!needed.some((duty) => own.includes(duty))) return false;
  for (const id of [set.author, ...approvals.map((one) => one.user_id)])
    if (id !== null && (await isSameHuman(tx, principal.userId, id))) return false;
  return set.run_id === null || !(await isGainer(tx, set.run_id, principal.userId));
}

/** Returns the submitted policy sets that wait for the caller's decision. */
export async function readPolicyNeeds(tx: Tx, cx: NeedsContext): Promise<Need[]> {
  if (!mayWrite(cx.principal) || decidingDuties(cx.principal).length === 0) return [];
  const { tenantId } = cx.instance;
  const submitted = readableOf(await listSetRows(tx, { tenantId, states: ["submitted"], limit: MOST }));
  const waiting: SetRow[] = [];
  for (const set of submitted) if (await waitsFor(tx, cx, set)) waiting.push(set);
  const nameOf = await namesFor(
    tx,
    waiting.map(({ author }) => author),
  );
  return waiting.map(({ number, title, author, submitted_at: at, created_at: made }) => ({
    kind: "policy",
    subject: { kind: "policy", id: String(number) },
    reference: String(number),
    at: (at ?? made).toISOString(),
    is_late: false,
    facts: { text: title, ...(author === null ? {} : { person: nameOf(author) ?? author }) },
  }));
}
