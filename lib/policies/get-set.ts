import "server-only";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { isUnreadable, viewRows } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findActivation } from "@/lib/policies/activation-store";
import { orderTerms } from "@/lib/policies/custodian-order";
import { loadSet } from "@/lib/policies/load-set";
import type { PolicySetList, PolicySetQuery, PolicySetView, SetAct, SetState } from "@/lib/policies/schema";
import { listSetRows, type WholeSetRow } from "@/lib/policies/store";
import { namesFor, summaryOf, viewSet } from "@/lib/policies/view";
import { DECIDING_STATES, mayWrite, requireReadable, requireReader } from "@/lib/policies/who-may";

const READ = "policy.read";

/** Returns the states that the list shows: drafts are for people who write sets. */
function shownStates({ principal }: Context, asked: SetState | undefined): readonly SetState[] | undefined {
  const known = mayWrite(principal) ? undefined : DECIDING_STATES;
  if (asked === undefined) return known;
  return known === undefined || known.includes(asked) ? [asked] : [];
}

/** Returns the policy sets, newest number first. Throws `access.forbidden`. */
export async function listSets(cx: Context, query: PolicySetQuery): Promise<PolicySetList> {
  requireReader(cx.principal);
  const { tenantId } = cx.instance;
  const list = await inSnapshot(cx, async (tx) => {
    const found = await listSetRows(tx, {
      ...{ tenantId, before: query.cursor, limit: query.limit + 1 },
      states: shownStates(cx, query.state),
    });
    const shown = found.slice(0, query.limit);
    const readable = shown.flatMap((row) => (isUnreadable(row) ? [] : [row]));
    const nameOf = await namesFor(
      tx,
      readable.map(({ author }) => author),
    );
    const last = readable.at(-1);
    return {
      ...viewRows(cx, "policies", shown, (row) => summaryOf(row, nameOf)),
      next_cursor: found.length > query.limit && last !== undefined ? String(last.number) : null,
      active: (await findActivation(tx, tenantId))?.number ?? null,
      may_create: mayWrite(cx.principal),
    };
  });
  await recordReadOnce(cx, READ);
  return list;
}

/** Returns what the caller would sign about a set; null where they sign nothing, and while the custodian is away. */
async function statementToSign(
  cx: Context,
  set: WholeSetRow,
  may: readonly SetAct[],
  active: string | undefined,
) {
  const act = may.includes("decide") ? "activate" : may.includes("roll_back") ? "roll_back" : undefined;
  if (act === undefined || active === undefined) return null;
  try {
    return { ...(await orderTerms(cx, set, { act, active })), person: cx.principal.handle };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return null;
  }
}

/** Returns one policy set. Throws `access.forbidden` and `policy.not-found`. */
export async function getSet(cx: Context, number: number): Promise<PolicySetView> {
  requireReader(cx.principal);
  const { set, view, active } = await inSnapshot(cx, async (tx) => {
    const one = await loadSet(tx, cx, number);
    requireReadable(cx.principal, one);
    const last = await findActivation(tx, cx.instance.tenantId);
    return { set: one, view: await viewSet(tx, cx, one), active: last?.document_digest };
  });
  await recordReadOnce(cx, READ);
  return { ...view, to_sign: await statementToSign(cx, set, view.may, active) };
}

/** Returns the set that decides now. Throws `access.forbidden`, and `policy.unavailable` where there is none. */
export async function getActiveSet(cx: Context): Promise<PolicySetView> {
  requireReader(cx.principal);
  const active = await inSnapshot(cx, (tx) => findActivation(tx, cx.instance.tenantId));
  if (active === undefined) throw new DomainError("policy.unavailable");
  return getSet(cx, active.number);
}
