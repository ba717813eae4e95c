import "server-only";
import { checkDecision } from "@/lib/access/decisions/check-decision";
import { loadCase } from "@/lib/access/decisions/decision-case";
import { decisionStatement, STATEMENT_MS } from "@/lib/access/decisions/decision-statement";
import { insertStatement } from "@/lib/access/decisions/store";
import type { StatementAnswer } from "@/lib/access/requests/answer-schema";
import { requireVersion } from "@/lib/access/requests/require-version";
import type { NewStatement } from "@/lib/access/requests/schema";
import { recordingReading } from "@/lib/access/review/read-order";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import type { PreparedTx } from "@/lib/db/prepared";
import { invalidField } from "@/lib/errors";
import { recordDigest } from "@/lib/escrow/protocol/statements";

/** Returns a statement nonce: 32 bytes from the server, valid once. */
export function newNonce(): string {
  return toBase64url(randomBytes(32));
}

/** Prepares exactly what the approver signs. The decision arrives later with the same body and the signature. */
export async function prepareStatement(
  cx: Context,
  requestId: string,
  body: NewStatement,
  ifMatch?: number,
): Promise<StatementAnswer> {
  if (body.decision === "ask") throw invalidField("/decision", "a question is not signed");
  const at = cx.clock.now();
  const nonce = newNonce();
  const expiresAt = new Date(at.getTime() + STATEMENT_MS);
  const prepare = async (tx: PreparedTx) => {
    await requireVersion(tx, cx, requestId, ifMatch);
    const one = await loadCase(tx, cx, requestId, body.stage);
    await checkDecision(tx, cx, one, body);
    const made = { log: cx.instance.log, approver: cx.principal.handle, at, nonce };
    const prepared = decisionStatement(one, body, made);
    const { userId } = cx.principal;
    const { tenantId } = cx.instance;
    await insertStatement(tx, {
      ...{ nonce, statement: prepared, maxExports: body.max_exports, expiresAt },
      ...{ tenantId, userId, requestId },
    });
    const appended = await appendEntry(tx, cx, {
      class: "access",
      outcome: "done",
      action: "request.prepare-statement",
      subjects: [`request:${requestId}`],
      caseId: requestId,
      caseDetails: { statement: recordDigest(prepared), stage: body.stage, decision: body.decision },
      index: { requestId },
    });
    return { statement: prepared, entry: appended };
  };
  const { statement, entry } = await recordingReading(cx, requestId, body.confirms, () =>
    cx.db.prepared.transaction(prepare),
  );
  const receipt = await issueReceipt(cx, entry);
  return { statement, nonce, expires_at: expiresAt.toISOString(), receipt };
}
