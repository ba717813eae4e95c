import "server-only";
import { checkDecision, requireStandingProofs } from "@/lib/access/decisions/check-decision";
import {
  type DecisionCase,
  isLastApproval,
  loadCase,
  STAGE_STATE,
} from "@/lib/access/decisions/decision-case";
import { narrowingOf, remainingAt } from "@/lib/access/decisions/decision-statement";
import { takesAway } from "@/lib/access/decisions/narrowing";
import { newNonce } from "@/lib/access/decisions/prepare-statement";
import {
  type ProvedStatement,
  proveDecision,
  type SignedDecision,
  signDecision,
} from "@/lib/access/decisions/sign-decision";
import { insertDecision } from "@/lib/access/decisions/store";
import { activateGrant } from "@/lib/access/grants/activate-grant";
import { createGrant } from "@/lib/access/grants/create-grant";
import { resumeActivation } from "@/lib/access/grants/resume-activation";
import { approveAuthorization } from "@/lib/access/legal-authorities/advance";
import type { RequestAnswer } from "@/lib/access/requests/answer-schema";
import { countApproval } from "@/lib/access/requests/change-store";
import { type Step, walkRequest } from "@/lib/access/requests/move-request";
import { answerRequest } from "@/lib/access/requests/request-view";
import { requireVersion } from "@/lib/access/requests/require-version";
import type { NewDecision, RequestState } from "@/lib/access/requests/schema";
import { lockRequest } from "@/lib/access/requests/store";
import { recordingReading } from "@/lib/access/review/read-order";
import { recognise } from "@/lib/access/review/recognise";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { PreparedTx } from "@/lib/db/prepared";
import type { Running } from "@/lib/db/statement";
import { DomainError } from "@/lib/errors";
import { recordDigest } from "@/lib/escrow/protocol/statements";

/** What came with a decision in addition to its body. */
interface Given {
  readonly proved: ProvedStatement | undefined;
  /** The version that the decider read. */
  readonly ifMatch: number | undefined;
}

interface Decided {
  readonly entry: AppendedEntry;
  readonly grantId: string | undefined;
}

/** Returns the moves of a decision; none for an approval after which the stage still waits for other people. */
function stepsOf(one: DecisionCase, body: NewDecision, stageState: RequestState): Step[] {
  if (body.decision === "approve" && !isLastApproval(one, body.stage)) return [];
  const resume: Step[] = one.row.state === stageState ? [] : [{ event: "resume", to: stageState }];
  const { comment } = body;
  if (body.decision === "ask") return [...resume, { event: "ask", to: "needs_information", comment }];
  if (body.decision === "deny") return [...resume, { event: "deny", to: "denied", comment }];
  const to = body.stage === "legal" ? "stage_2" : "approved";
  return [...resume, { event: "approve", to, comment }];
}

/** Moves the request, or counts the approval where others must approve as well. */
async function moveOrCount(
  tx: Running,
  cx: Context,
  { row }: DecisionCase,
  body: NewDecision,
  steps: readonly Step[],
): Promise<void> {
  if (steps.length > 0) {
    await walkRequest(tx, cx, row, steps);
    return;
  }
  const at = cx.clock.now();
  const isCounted = await countApproval(tx, {
    ...{ requestId: row.id, tenantId: cx.instance.tenantId, eventId: uuidv7(at.getTime()), at },
    ...{ from: row.state, stage: STAGE_STATE[body.stage] },
    ...{ byUserId: cx.principal.userId, comment: body.comment },
  });
  if (!isCounted) throw new DomainError("request.conflict");
}

function isNarrower(one: DecisionCase, body: NewDecision, at: Date): boolean {
  return body.decision === "approve" && takesAway(remainingAt(one, at), narrowingOf(body), at);
}

async function storeDecision(
  tx: Running,
  cx: Context,
  one: DecisionCase,
  body: NewDecision,
  signed: SignedDecision | undefined,
): Promise<string> {
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  await insertDecision(tx, {
    id,
    tenantId: cx.instance.tenantId,
    requestId: one.row.id,
    stage: body.stage,
    decision: body.decision,
    approverUserId: cx.principal.userId,
    comment: body.comment,
    statement: signed?.statement,
    proofKind: signed?.proofKind ?? "none",
    signature: signed?.signature,
    nonce: signed?.statement.nonce ?? newNonce(),
    confirms: body.confirms,
    narrowed: isNarrower(one, body, at),
    maxExports: signed !== undefined && body.decision === "approve" ? signed.maxExports : undefined,
    at,
  });
  return id;
}

async function decideIn(
  tx: PreparedTx,
  cx: Context,
  requestId: string,
  body: NewDecision,
  { proved, ifMatch }: Given,
): Promise<Decided> {
  await Promise.all([lockRequest(tx, requestId), requireVersion(tx, cx, requestId, ifMatch)]);
  const one = await loadCase(tx, cx, requestId, body.stage);
  const { state, weighed } = await checkDecision(tx, cx, one, body);
  const signed = body.decision === "ask" ? undefined : await signDecision(tx, cx, one, body, proved);
  const [decisionId, recognised] = await Promise.all([
    storeDecision(tx, cx, one, body, signed),
    one.authorization === undefined ? {} : recognise(tx, cx, one.authorization, weighed),
    moveOrCount(tx, cx, one, body, stepsOf(one, body, state)),
  ]);
  const isFinal =
    body.decision === "approve" && body.stage === "coordinator" && isLastApproval(one, body.stage);
  if (isFinal) await requireStandingProofs(tx, one);
  const grantId = isFinal && signed !== undefined ? await createGrant(tx, cx, one, signed) : undefined;
  if (isFinal && one.authorization !== undefined) await approveAuthorization(tx, cx, one.authorization);
  const entry = await appendEntry({ run: tx.finish }, cx, {
    class: "access",
    outcome: "done",
    action: "request.decide",
    subjects: [
      `request:${requestId}`,
      `decision:${decisionId}`,
      ...(grantId === undefined ? [] : [`grant:${grantId}`]),
    ],
    purpose: one.row.purpose,
    details: { policy: one.permit.policyVersion, policies: [...one.permit.policies] },
    caseId: requestId,
    caseDetails: {
      stage: body.stage,
      decision: body.decision,
      narrowed: isNarrower(one, body, cx.clock.now()),
      proof: signed?.proofKind ?? "none",
      ...(signed === undefined ? {} : { statement: recordDigest(signed.statement) }),
      ...(signed?.maxExports === undefined ? {} : { max_exports: signed.maxExports }),
      ...recognised,
    },
    index: { requestId, ...(grantId === undefined ? {} : { grantId }) },
  });
  return { entry, grantId };
}

/**
 * Stores one person's decision in one stage. A stage passes with as many approvals as the policies said at the
 * submission. The last approval makes the grant and sends it to the custodian; the
 * answer comes when the grant is in force. With a version (If-Match) a decision on an older version is 409. If the
 * custodian is away, the decision is stored and the request stays approved; the portal, or the same approver who
 * decides again, completes it. A passkey's signature is stored only after the custodian has checked it.
 */
export async function decideRequest(
  cx: Context,
  requestId: string,
  body: NewDecision,
  ifMatch?: number,
): Promise<RequestAnswer> {
  const resumed = await resumeActivation(cx, requestId, body);
  if (resumed !== undefined) return answerRequest(cx, requestId, resumed);
  const proved = await proveDecision(cx, requestId, body);
  const given = { proved, ifMatch };
  const { entry, grantId } = await recordingReading(cx, requestId, body.confirms, () =>
    cx.db.prepared.transaction((tx) => decideIn(tx, cx, requestId, body, given)),
  );
  if (grantId !== undefined) await activateGrant(cx, grantId);
  return answerRequest(cx, requestId, entry);
}
