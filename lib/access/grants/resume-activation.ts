import "server-only";
import { listDecisions } from "@/lib/access/decisions/store";
import { activateGrant } from "@/lib/access/grants/activate-grant";
import { findGrantOfRequest } from "@/lib/access/grants/store";
import type { NewDecision } from "@/lib/access/requests/schema";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";

/**
 * Sends a pending grant to the custodian again when its approver repeats the decision, because the custodian was away.
 * Does nothing for any other person or decision.
 */
export async function resumeActivation(
  cx: Context,
  requestId: string,
  body: NewDecision,
): Promise<AppendedEntry | undefined> {
  if (body.stage !== "coordinator" || body.decision !== "approve") return undefined;
  const grant = await findGrantOfRequest(cx.db, requestId);
  if (grant?.state !== "pending") return undefined;
  // Decisions never change, and the grant came after the last of them.
  const isOwn = (await listDecisions(cx.db, requestId)).some(
    (one) => one.stage === "coordinator" && one.approverUserId === cx.principal.userId,
  );
  if (!isOwn) return undefined;
  const grantId = grant.id;
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
