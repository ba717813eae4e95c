import "server-only";
import { proveSignature } from "@/lib/access/executive-release/prove-signature";
import type { ReleaseEnd } from "@/lib/access/executive-release/schema";
import { addReleaseEnd, revokeGrantRow } from "@/lib/access/grants/change-store";
import { answerGrant, isKeptByCustodian } from "@/lib/access/grants/get-grant";
import { loadGrant } from "@/lib/access/grants/load-grant";
import { insertPending, renewPending } from "@/lib/access/grants/pending-store";
import { announceRevocation, endRequest } from "@/lib/access/grants/revoke-grant";
import type { GrantAnswer } from "@/lib/access/grants/schema";
import type { GrantRow } from "@/lib/access/grants/store";
import { lockRequest } from "@/lib/access/requests/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { SignedReleaseEnd } from "@/lib/escrow/protocol/release-statement";

interface Ending {
  readonly requestId: string;
  /**
   * The release has ended here without a signature that the custodian accepts. A signed end still ends it at the
   * custodian.
   */
  readonly isKept: boolean;
}

async function requireReleased(tx: Tx, cx: Context, grant: GrantRow): Promise<Ending> {
  const { requestId, releaseId } = grant;
  if (requestId === undefined || releaseId === undefined)
    throw new DomainError("request.illegal-transition", {
      detail: "This grant was not released by executives. Revoke it instead.",
    });
  if (grant.state === "pending" || grant.state === "active") return { requestId, isKept: false };
  if (await isKeptByCustodian(tx, grant, cx.clock.now())) return { requestId, isKept: true };
  throw new DomainError("request.illegal-transition", { detail: "The grant has ended already." });
}

/** Ends what was in force, or stores the signed end that the custodian still needs. */
async function writeEnd(
  tx: Tx,
  cx: Context,
  id: string,
  { ending, reason, releaseEnd }: { ending: Ending; reason: string; releaseEnd: SignedReleaseEnd },
): Promise<boolean> {
  const at = cx.clock.now();
  const work = { kind: "grant.revoke", subject: id } as const;
  if (ending.isKept) {
    await renewPending(tx, work, at);
    return addReleaseEnd(tx, id, releaseEnd);
  }
  if (!(await revokeGrantRow(tx, id, { at, by: cx.principal.userId, reason, releaseEnd }))) return false;
  await endRequest(tx, cx, ending.requestId, reason);
  await insertPending(tx, { id: uuidv7(at.getTime()), tenantId: cx.instance.tenantId, ...work });
  return true;
}

async function endIn(tx: Tx, cx: Context, id: string, reason: string, releaseEnd: SignedReleaseEnd) {
  const grant = await loadGrant(tx, cx, id, "grant.end-release");
  const ending = await requireReleased(tx, cx, grant);
  const { requestId } = ending;
  await lockRequest(tx, requestId);
  if (!(await writeEnd(tx, cx, id, { ending, reason, releaseEnd }))) {
    throw new DomainError("request.illegal-transition", { detail: "The grant has ended already." });
  }
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
 * Ends an executive release, by an executive or by its holder. The custodian accepts a signed end from these people
 * only. It is in force here at once; while the custodian is away the portal retries. When a release has ended here
 * without such a signature, because its authority's key was revoked, the custodian still has it; then the signature
 * ends it there. Throws `request.illegal-transition` when nothing is left to end.
 */
export async function endRelease(
  cx: Context,
  id: string,
  { reason, signature }: ReleaseEnd,
): Promise<GrantAnswer> {
  await inSnapshot(cx, async (tx) =>
    requireReleased(tx, cx, await loadGrant(tx, cx, id, "grant.end-release")),
  );
  const statement = { log: cx.instance.log, grant: id, person: cx.principal.handle };
  const proven = await proveSignature(cx, { kind: "release-end", statement }, signature);
  const end = { statement, signature: proven.signature };
  const entry = await inTransaction(cx, (tx) => endIn(tx, cx, id, reason, end));
  try {
    await announceRevocation(cx, id);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    cx.logger.warn({ grant: id, code: error.code }, "revocation not sent to the custodian; will retry");
  }
  return answerGrant(cx, id, entry);
}
