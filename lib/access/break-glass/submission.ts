import "server-only";
import { findBreakGlass } from "@/lib/access/break-glass/store";
import { revokeGrantRow } from "@/lib/access/grants/change-store";
import type { CustodyContext } from "@/lib/access/grants/pending-store";
import { finishPending } from "@/lib/access/grants/pending-store";
import type { GrantRow } from "@/lib/access/grants/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import type { UnregisteredSubmission } from "@/lib/escrow/client/submit-grant";

/** Returns what a break-glass holder signed, for the custodian. */
export async function breakGlassSubmission(
  tx: Tx,
  tenantId: string,
  grantId: string,
  breakGlassId: string,
): Promise<UnregisteredSubmission> {
  const found = await findBreakGlass(tx, tenantId, breakGlassId);
  if (found === undefined) throw new InvariantError("a grant rests on a missing use of break-glass");
  const { statement, signature, reason } = found;
  return { grant: grantId, emergency: { statement, signature }, reason };
}

/**
 * Ends a use that the custodian refused or could not be reached for within the hour. Its grant ends without having been
 * in force, and no review is due. Within that hour the portal retries.
 */
export async function endRefusedBreakGlass(
  cx: CustodyContext,
  grant: GrantRow,
  error: unknown,
): Promise<void> {
  if (!(error instanceof DomainError)) return;
  const at = cx.clock.now();
  const isRefused = error.code === "custodian.refused";
  if (!isRefused && at < grant.notAfter) return;
  const refusal = String(error.extra.reason ?? error.code);
  await inTransaction(cx, async (tx) => {
    const end = { at, by: grant.subjectUserId, reason: `the custodian gave nothing: ${refusal}` };
    if (!(await revokeGrantRow(tx, grant.id, end))) return;
    await finishPending(tx, { kind: "grant.activate", subject: grant.id }, at);
    await appendEntry(tx, cx, {
      class: "access",
      outcome: "done",
      action: "grant.end",
      subjects: [`grant:${grant.id}`],
      details: { reason: end.reason },
      index: { grantId: grant.id },
    });
  });
}
