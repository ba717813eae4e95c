import "server-only";
import { answerGrant } from "@/lib/access/get-grant";
import type { GrantAnswer } from "@/lib/access/grant-schema";
import { revokeGrantRow } from "@/lib/access/grants/change-store";
import type { GrantRow } from "@/lib/access/grants/store";
import { insertPending } from "@/lib/access/jobs/store";
import { loadGrant } from "@/lib/access/load-grant";
import { recordingRefusals } from "@/lib/access/record-refusal";
import { proveWord } from "@/lib/access/release/prove-word";
import type { ReleaseEnd } from "@/lib/access/release/schema";
import { lockRequest } from "@/lib/access/requests/store";
import { announceRevocation, endRequest } from "@/lib/access/revoke-grant";
import { appendEntry } from "@/lib/audit/append-entry";
import type { Context } from "@/lib/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { SignedReleaseEnd } from "@/lib/escrow/release-statement";

function requireReleased(grant: GrantRow): string {
  const { requestId, releaseId } = grant;
  const isLive = grant.state === "pending" || grant.state === "active";
  if (requestId !== undefined && releaseId !== undefined && isLive) return requestId;
  throw new DomainError("request.illegal-transition", {
    detail:
      releaseId === undefined ? "Nobody released this grant: revoke it." : "The grant has ended already.",
  });
}

async function endIn(tx: Tx, cx: Context, id: string, reason: string, releaseEnd: SignedReleaseEnd) {
  const requestId = requireReleased(await loadGrant(tx, cx, id, "grant.end-release"));
  await lockRequest(tx, requestId);
  const at = cx.clock.now();
  if (!(await revokeGrantRow(tx, id, { at, by: cx.principal.userId, reason, releaseEnd }))) {
    throw new DomainError("request.illegal-transition", { detail: "The grant has ended already." });
  }
  await endRequest(tx, cx, requestId, reason);
  const { tenantId } = cx.instance;
  await insertPending(tx, { id: uuidv7(at.getTime()), tenantId, kind: "grant.revoke", subject: id });
  return appendEntry(tx, cx, {
    class: "access",
    outcome: "done",
    action: "grant.end-release",
    subjects: [`grant:${id}`, `request:${requestId}`],
    caseId: requestId,
    caseDetails: { reason },
    index: { requestId, grantId: id },
  });
}

/**
 * An executive ends what executives released, or its holder gives it up; the custodian takes nobody else's word for it.
 * In force here at once; while the custodian is away the portal goes on telling it.
 */
export function endRelease(cx: Context, id: string, { reason, signature }: ReleaseEnd): Promise<GrantAnswer> {
  return recordingRefusals(cx, { action: "grant.end-release", grantId: id }, async () => {
    await inSnapshot(cx, async (tx) => requireReleased(await loadGrant(tx, cx, id, "grant.end-release")));
    const statement = { log: cx.instance.log, grant: id, person: cx.principal.handle };
    const proven = await proveWord(cx, { kind: "release-end", statement }, signature);
    const end = { statement, signature: proven.signature };
    const entry = await inTransaction(cx, (tx) => endIn(tx, cx, id, reason, end));
    try {
      await announceRevocation(cx, id);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      cx.logger.warn({ grant: id, code: error.code }, "the custodian has not heard of a revocation yet");
    }
    return answerGrant(cx, id, entry);
  });
}
