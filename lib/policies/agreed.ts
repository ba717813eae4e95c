import "server-only";
import { comparePeriods } from "@/lib/access/policy/retention";
import type { AuditContext } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { findActivation, findEvidence } from "@/lib/policies/activation-store";
import { type ApprovalRow, approvalsOf, listApprovals } from "@/lib/policies/approval-store";
import { isApprovalBound } from "@/lib/policies/bound-activation";
import { documentOf } from "@/lib/policies/load-set";
import { findSet, type WholeSetRow } from "@/lib/policies/store";
import { neededApprovals } from "@/lib/policies/who-may";

const HOUR_MS = 3_600_000;
/** A change that gives access can still be stopped within this time after it was agreed. */
const GAIN_WAIT_MS = 24 * HOUR_MS;
/** What a shorter period removes does not return. */
const SHORTER_WAIT_MS = 7 * 24 * HOUR_MS;

type Instance = Pick<AuditContext, "instance">;

/** Whether a set keeps any part of the log for a shorter time than the active one. */
async function isShorter(tx: Tx, { instance: { tenantId } }: Instance, set: WholeSetRow): Promise<boolean> {
  const last = await findActivation(tx, tenantId);
  const active = last && (await findSet(tx, tenantId, { id: last.set_id }));
  if (active === undefined) return false;
  const [before, after] = [documentOf(active).settings.retention, documentOf(set).settings.retention];
  return comparePeriods(before, after).some((period) => period.after < period.before);
}

/**
 * Returns the earliest time at which an approved set can become active: 24 hours after its last approval where someone
 * gains, 7 days where a period of the log gets shorter; null for at once. An evaluation does not wait.
 */
export async function earliestOf(
  tx: Tx,
  cx: Instance,
  set: WholeSetRow,
  rows: readonly ApprovalRow[],
): Promise<Date | null> {
  if (cx.instance.evaluation) return null;
  const shorter = (await isShorter(tx, cx, set)) ? SHORTER_WAIT_MS : 0;
  const wait = Math.max(shorter, set.gains === false ? 0 : GAIN_WAIT_MS);
  const times = approvalsOf(rows, set.round).map(({ at }) => at.getTime());
  return wait === 0 ? null : new Date(Math.max(0, ...times) + wait);
}

/**
 * Checks again what a set was approved by, and returns the earliest time at which it can become active. Throws
 * InvariantError where its approvals are of another text, are too few, or are not those that the log has: a person who can
 * write rows gets no text activated that others did not read.
 */
export async function requireAgreed(tx: Tx, cx: Instance, set: WholeSetRow): Promise<Date | null> {
  const rows = await listApprovals(tx, set.id);
  const approvals = approvalsOf(rows, set.round);
  for (const row of approvals) {
    const approved = { ...set, document_digest: row.document_digest, duties: row.duties };
    const isOfText = row.document_digest === set.document_digest;
    if (!isOfText || !isApprovalBound(cx.instance, approved, row.entry_id, await findEvidence(tx, row)))
      throw new InvariantError("the approvals of a policy set were altered");
  }
  const entries = new Set(approvals.map(({ entry_id: id }) => id));
  const isEnough = neededApprovals(set.gains ?? true, approvals).length === 0;
  if (!isEnough || entries.size !== approvals.length)
    throw new InvariantError("a policy set has too few approvals");
  return earliestOf(tx, cx, set, rows);
}

/** Throws `policy.waits` before the earliest time. */
export function requireWaited(earliest: Date | null, at: Date): void {
  if (earliest === null || at >= earliest) return;
  throw new DomainError("policy.waits", {
    detail: `It can become active from ${earliest.toISOString()}. Until then it can be stopped. A change that gives access waits 24 hours after its last approval. A change that keeps the log for a shorter time waits 7 days.`,
    extra: { earliest: earliest.toISOString() },
  });
}
