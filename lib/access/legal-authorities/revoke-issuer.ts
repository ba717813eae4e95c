import "server-only";
import { tryAnnouncing } from "@/lib/access/grants/revoke-grant";
import { listDependents } from "@/lib/access/legal-authorities/dependents-store";
import { endAuthorization, mayEnd } from "@/lib/access/legal-authorities/end-authorization";
import { findAuthorization } from "@/lib/access/legal-authorities/store";
import { lockRequest } from "@/lib/access/requests/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { type AuthorityAnswer, answerAuthority } from "@/lib/authorities/registry/answer-authority";
import { requireRegistrar } from "@/lib/authorities/registry/rules";
import { endAuthorityRow, lockAuthority } from "@/lib/authorities/registry/store";
import type { AuthorityEnd } from "@/lib/authorities/schema";
import type { Context } from "@/lib/context/context";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

async function revokeIn(tx: Tx, cx: Context, id: string, reason: string) {
  const row = await lockAuthority(tx, cx.instance.tenantId, id);
  if (row === undefined) throw new DomainError("authority.not-found");
  const resting = await listDependents(tx, id);
  // Stopped half-way before: what is left is ended now. It is answered and written down alike where nothing was left, since
  // whether an order rests on it is not for every registrar and reader of the log (I12).
  const isAgain = row.state === "revoked";
  if (row.state !== "confirmed" && !isAgain) {
    throw new DomainError("authority.state", { detail: `The registration is ${row.state}.` });
  }
  if (!isAgain) {
    const at = cx.clock.now();
    await endAuthorityRow(tx, id, { state: "revoked", by: cx.principal.userId, at, reason });
  }
  const entry = await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "authority.revoke",
    subjects: [`authority:${id}`],
    details: { digest: row.digest, reason },
  });
  return { entry, resting };
}

/** Ends one legal authority under the key. It may have ended in the meantime: then there is nothing left to do. */
async function endResting(cx: Context, requestId: string, reason: string): Promise<void> {
  const ended = await inTransaction(cx, async (tx) => {
    await lockRequest(tx, requestId);
    const row = await findAuthorization(tx, requestId);
    if (row === undefined || !mayEnd(row, "revoked")) return undefined;
    return (await endAuthorization(tx, cx, row, { to: "revoked", reason })).ended;
  });
  if (ended !== undefined) await tryAnnouncing(cx, ended);
}

/**
 * An authority's key counts no more: from this commit on no order under it is taken, and every grant that rests on one
 * is refused at its next decision; then the orders and their grants are ended one by one, with the custodian too. Whoever is
 * stopped in between sends it again, and what is left is ended then; with nothing left it is answered alike. One person does it, since it takes away only. Throws `auth.role`, `authority.not-found`, `authority.state`.
 */
export async function revokeAuthority(cx: Context, id: string, body: AuthorityEnd): Promise<AuthorityAnswer> {
  requireRegistrar(cx);
  const { reason } = body;
  const { entry, resting } = await inTransaction(cx, (tx) => revokeIn(tx, cx, id, reason));
  for (const requestId of resting) await endResting(cx, requestId, reason);
  return answerAuthority(cx, id, entry);
}
