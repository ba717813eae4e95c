import "server-only";
import { listDecisions } from "@/lib/access/decisions/store";
import { activateGrant } from "@/lib/access/grants/activate-grant";
import { findGrantOfRequest } from "@/lib/access/grants/store";
import type { NewDecision } from "@/lib/access/requests/schema";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inSnapshot } from "@/lib/db/transaction";

/**
 * Sends the grant to the custodian again when the approver whose approval made it repeats the decision, because the
 * custodian was away. Does nothing for any other person or decision.
 */
export async function resumeActivation(
  cx: Context,
  requestId: string,
  body: NewDecision,
): Promise<AppendedEntry | undefined> {
  if (body.stage !== "coordinator" || body.decision !== "approve") return undefined;
  const grantId = await inSnapshot(cx, async (tx) => {
    const grant = await findGrantOfRequest(tx, requestId);
    if (grant?.state !== "pending") return undefined;
    const decisions = await listDecisions(tx, requestId);
    const own = decisions.some(
      (one) => one.stage === "coordinator" && one.approverUserId === cx.principal.userId,
    );
    return own ? grant.id : undefined;
  });
  if (grantId === undefined) return undefined;
  await activateGrant(cx, grantId);
  return recordEvent(cx, {
    class: "access",
    outcome: "done",
    action: "request.activate",
    subjects: [],
    caseId: requestId,
    index: { requestId, grantId },
  });
}
