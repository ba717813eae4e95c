import "server-only";
import type { AuditContext } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { findEvidence } from "@/lib/policies/activation-store";
import { type ApprovalRow, approvalsOf, listApprovals } from "@/lib/policies/approval-store";
import { isApprovalBound } from "@/lib/policies/bound-activation";
import type { SetRow } from "@/lib/policies/store";
import { neededApprovals } from "@/lib/policies/who-may";

/** A change that gives access can still be stopped within this time after it was agreed. */
const GAIN_WAIT_MS = 24 * 3_600_000;

type Instance = Pick<AuditContext, "instance">;

/**
 * Returns the earliest time at which an approved set can become active: 24 hours after its last approval where someone
 * gains; null for at once. An evaluation does not wait. Pure.
 */
export function earliestOf(
  { instance }: Instance,
  { gains, round }: Pick<SetRow, "gains" | "round">,
  rows: readonly ApprovalRow[],
): Date | null {
  if (gains === false || instance.evaluation) return null;
  const times = approvalsOf(rows, round).map(({ at }) => at.getTime());
  return new Date(Math.max(0, ...times) + GAIN_WAIT_MS);
}

/**
 * Checks again what a set was approved by, and returns the earliest time at which it can become active. Throws
 * InvariantError where its approvals are of another text, are too few, or are not those that the log has: a person who can
 * write rows gets no text activated that others did not read.
 */
export async function requireAgreed(tx: Tx, cx: Instance, set: SetRow): Promise<Date | null> {
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
  return earliestOf(cx, set, rows);
}

/** Throws `policy.waits` before the earliest time. */
export function requireWaited(earliest: Date | null, at: Date): void {
  if (earliest === null || at >= earliest) return;
  throw new DomainError("policy.waits", {
    detail: `Someone gains by this version, so it can be stopped for 24 hours. It can become active from ${earliest.toISOString()}.`,
    extra: { earliest: earliest.toISOString() },
  });
}
