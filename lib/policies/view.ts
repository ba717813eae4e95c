import "server-only";
import { policyVersionOf } from "@/lib/access/policy/engine";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { findPeople } from "@/lib/identity/people/people-store";
import { findActivation, findFormer, listActivations } from "@/lib/policies/activation-store";
import { earliestOf } from "@/lib/policies/agreed";
import { approvalsOf, listApprovals } from "@/lib/policies/approval-store";
import { documentOf } from "@/lib/policies/load-set";
import type { PolicySetSummary, PolicySetView } from "@/lib/policies/schema";
import { type DryRunRow, findDryRun, type SetRow, type WholeSetRow } from "@/lib/policies/store";
import { actsOf, neededApprovals } from "@/lib/policies/who-may";

const timeOf = (at: Date | null) => at?.toISOString() ?? null;

/** Returns the present names of people by id; an unknown id is its own name, and null stays null. */
export async function namesFor(
  tx: Tx,
  ids: readonly (string | null)[],
): Promise<(id: string | null) => string | null> {
  const people = await findPeople(
    tx,
    ids.flatMap((id) => (id === null ? [] : [id])),
  );
  return (id) => (id === null ? null : (people.get(id)?.name ?? id));
}

/** Returns a set as the list shows it. */
export function summaryOf(set: SetRow, nameOf: (id: string | null) => string | null): PolicySetSummary {
  return {
    number: set.number,
    state: set.state,
    title: set.title,
    author: nameOf(set.author),
    based_on: set.based_on,
    created_at: set.created_at.toISOString(),
    submitted_at: timeOf(set.submitted_at),
    active_from: timeOf(set.active_from),
    ended_at: timeOf(set.ended_at),
    document_digest: set.document_digest,
    // A draft that came back keeps what its last submission found, which says nothing about its present text.
    gains: set.state === "draft" ? null : set.gains,
  };
}

/** Whether a dry run is of this document, against the set that is active now. */
export function isCurrentRun(
  { documentDigest, baseNumber }: DryRunRow,
  set: Pick<SetRow, "document_digest">,
  active: number | undefined,
): boolean {
  return documentDigest === set.document_digest && baseNumber === active;
}

function dryRunOf(run: DryRunRow | undefined, set: SetRow, active: number | undefined) {
  if (run === undefined) return null;
  const { id, state, baseNumber, outcome } = run;
  return { id, state, base_number: baseNumber, is_current: isCurrentRun(run, set, active), outcome };
}

/** A draft may be made from an old set: what it changes is what differs from the set in force. */
function comparedWith(set: SetRow, active: number | undefined): number | null {
  const isOpen = ["draft", "submitted", "approved", "scheduled"].includes(set.state);
  return isOpen ? (active ?? set.based_on) : (set.base_number ?? set.based_on);
}

/** Returns one set as its page shows it, with the caller's possible acts. */
export async function viewSet(
  tx: Tx,
  cx: Pick<Context, "instance" | "principal" | "clock">,
  set: WholeSetRow,
): Promise<Omit<PolicySetView, "to_sign">> {
  const { tenantId } = cx.instance;
  const [approvals, activations] = [await listApprovals(tx, set.id), await listActivations(tx, set.id)];
  const nameOf = await namesFor(tx, [
    set.author,
    ...approvals.map(({ user_id: id }) => id),
    ...activations.map(({ by_user_id: id }) => id),
  ]);
  const active = (await findActivation(tx, tenantId))?.number;
  const document = documentOf(set);
  const isAgreed = ["approved", "scheduled"].includes(set.state);
  const earliest = isAgreed ? await earliestOf(tx, cx, set, approvals) : null;
  const isWaiting = earliest !== null && cx.clock.now() < earliest;
  const needs =
    set.state === "submitted" ? neededApprovals(set.gains ?? true, approvalsOf(approvals, set.round)) : [];
  return {
    ...summaryOf(set, nameOf),
    reason: set.reason,
    revision: set.revision,
    compared_with: comparedWith(set, active),
    end_reason: set.end_reason,
    document,
    version: policyVersionOf(document),
    approvals: approvals.map(({ user_id: id, round, decision, duties, reason, at }) => ({
      ...{ by: nameOf(id) ?? id, decision, duties, reason, at: at.toISOString() },
      counts: round === set.round && set.state !== "draft",
    })),
    activations: activations.map(({ seq, why, version, by_user_id: by, at, entry_id }) => ({
      ...{ seq, why, version, by: nameOf(by), at: at.toISOString(), entry_id },
    })),
    dry_run: dryRunOf(await findDryRun(tx, set.id), set, active),
    earliest: timeOf(earliest),
    needs: [...needs],
    may: actsOf(cx.principal, set, { former: await findFormer(tx, tenantId) }).filter(
      (act) => act !== "activate" || !isWaiting,
    ),
  };
}
