import "server-only";
import { comparePeriods } from "@/lib/access/policy/retention";
import type { Context } from "@/lib/context/context";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { loadActive, moveTo } from "@/lib/policies/activate-set";
import { findFormer } from "@/lib/policies/activation-store";
import { answerAct } from "@/lib/policies/answer-act";
import { orderTerms, proveOrder, trySendOrder } from "@/lib/policies/custodian-order";
import { documentOf, loadSet, loadSetLocked, requireState } from "@/lib/policies/load-set";
import type { PolicySetAnswer, RollBackBody } from "@/lib/policies/schema";
import { findDryRun, holdSets, type WholeSetRow } from "@/lib/policies/store";
import { isCurrentRun } from "@/lib/policies/view";
import { requireWriter } from "@/lib/policies/who-may";

/** Throws `policy.gains` where going back would keep the log for a shorter time: what is removed then does not return. */
function requireKept(from: WholeSetRow, to: WholeSetRow): void {
  const [before, after] = [documentOf(from).settings.retention, documentOf(to).settings.retention];
  if (comparePeriods(before, after).every((period) => period.after >= period.before)) return;
  throw new DomainError("policy.gains", {
    detail: `Going back to version ${to.number} would keep the log for a shorter time. Make a draft from it. Another person must approve the draft.`,
  });
}

/** Returns the set in force and its activation, where this set can take its place again in one act. */
async function requireWayBack(tx: Tx, cx: Context, to: WholeSetRow) {
  const { number } = to;
  const { last, from } = await loadActive(tx, cx);
  if (number === from.number)
    throw new DomainError("policy.superseded", { detail: `Version ${number} is active.` });
  requireState(to, "superseded");
  if ((await findFormer(tx, cx.instance.tenantId)) !== number)
    throw new DomainError("policy.state", {
      detail:
        "You can only go back to the version that was active before. For an older version, make a draft from it.",
    });
  const run = await findDryRun(tx, to.id, "done");
  if (run === undefined || !isCurrentRun(run, to, from.number))
    throw new DomainError("policy.dry-run", {
      detail: `Start a dry run of version ${number} against version ${from.number}. Go back when it is done.`,
    });
  requireKept(from, to);
  if (run.gains)
    throw new DomainError("policy.gains", {
      detail: `Going back to version ${number} would give access. Make a draft from it. Two people must approve the draft.`,
    });
  return { last, from };
}

/**
 * Makes the set that was active before the active one again, in one act, where its dry run proved that no one gains. The
 * caller signs it for the custodian. Throws `policy.state`, `policy.dry-run` and `policy.gains`, and what `proveOrder`
 * throws.
 */
export async function rollBackSet(
  cx: Context,
  { to: number, reason, signature }: RollBackBody,
): Promise<PolicySetAnswer> {
  requireWriter(cx.principal);
  const { set, active } = await inSnapshot(cx, async (tx) => {
    const to = await loadSet(tx, cx, number);
    return { set: to, active: (await requireWayBack(tx, cx, to)).last.document_digest };
  });
  const terms = () => orderTerms(cx, set, { act: "roll_back", active });
  const signed = await proveOrder(cx, terms, signature);
  const answer = await answerAct(cx, async (tx) => {
    await holdSets(tx, cx.instance.tenantId);
    const to = await loadSetLocked(tx, cx, number);
    const { last, from } = await requireWayBack(tx, cx, to);
    return { number, entry: await moveTo(tx, cx, { why: "roll_back", to, from, last, reason, signed }) };
  });
  await trySendOrder(cx);
  return answer;
}
