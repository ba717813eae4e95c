import "server-only";
import { tryAnnouncing } from "@/lib/access/grants/revoke-grant";
import { listDependents } from "@/lib/access/legal-authorities/dependents-store";
import { isRevocation } from "@/lib/access/legal-authorities/document-signature";
import { endAuthorization, mayEnd } from "@/lib/access/legal-authorities/end-authorization";
import { judgeAttached } from "@/lib/access/legal-authorities/recheck-signature";
import { findAuthorization } from "@/lib/access/legal-authorities/store";
import { lockRequest } from "@/lib/access/requests/store";
import { addList } from "@/lib/authorities/registry/add-list";
import { requireRegistrar } from "@/lib/authorities/registry/rules";
import { type AuthorityAnswer, answerAuthority } from "@/lib/authorities/registry/view";
import type { NewList } from "@/lib/authorities/schema";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";

/** Ends one legal authority when the lists revoke its signer. Any other result waits for its next check. */
async function endRevoked(cx: Context, requestId: string): Promise<void> {
  const ended = await inTransaction(cx, async (tx) => {
    await lockRequest(tx, requestId);
    const row = await findAuthorization(tx, requestId);
    if (row === undefined || !mayEnd(row, "revoked")) return undefined;
    const check = await judgeAttached(tx, cx, row, { isHeld: false });
    if (check === undefined || !isRevocation(check.report)) return undefined;
    return (await endAuthorization(tx, cx, row, { to: "revoked", reason: check.report.detail })).ended;
  });
  if (ended !== undefined) await tryAnnouncing(cx, ended);
}

/**
 * Stores a newer revocation list of a trust anchor, or of an issuer under it, brought by one registrar. From this
 * commit on every check uses it. Then the orders that passed under the anchor are checked against it one by one. Orders
 * whose signer it revokes end, with their grants and at the custodian. After an interruption, bringing the same list
 * again repeats this check. Throws `auth.role`, `authority.not-found`, `authority.state`, `request.invalid`.
 */
export async function addAuthorityList(cx: Context, id: string, body: NewList): Promise<AuthorityAnswer> {
  requireRegistrar(cx);
  const { entry, resting } = await inTransaction(cx, async (tx) => {
    const appended = await addList(tx, cx, id, body);
    return { entry: appended, resting: await listDependents(tx, id) };
  });
  for (const requestId of resting) await endRevoked(cx, requestId);
  return answerAuthority(cx, id, entry);
}
