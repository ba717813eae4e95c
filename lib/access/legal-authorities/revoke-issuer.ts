import "server-only";
import { tryAnnouncing } from "@/lib/access/grants/revoke-grant";
import { listDependents } from "@/lib/access/legal-authorities/dependents-store";
import { endAuthorization, mayEnd } from "@/lib/access/legal-authorities/end-authorization";
import { findAuthorization } from "@/lib/access/legal-authorities/store";
import { lockRequest } from "@/lib/access/requests/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { requireRegistrar } from "@/lib/authorities/registry/rules";
import { endAuthorityRow, lockAuthority } from "@/lib/authorities/registry/store";
import { type AuthorityAnswer, answerAuthority } from "@/lib/authorities/registry/view";
import type { AuthorityEnd } from "@/lib/authorities/schema";
import type { Context } from "@/lib/context/context";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

async function revokeIn(tx: Tx, cx: Context, id: string, reason: string) {
  const row = await lockAuthority(tx, cx.instance.tenantId, id);
  if (row === undefined) throw new DomainError("authority.not-found");
  const resting = await listDependents(tx, id);
  // An earlier call stopped half-way, so what is left is ended now. The answer and the entry are the same when
  // nothing was left, since not every registrar and reader of the log may know whether an order rests on it (I12).
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

/** Ends one legal authority under the key. It may have ended in the meantime; then nothing is left to do. */
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
 * Revokes an authority's key. From this commit on no order under it is accepted, and every grant that rests on one is
 * refused at its next decision. Then the orders and their grants are ended one by one, at the custodian too. After an
 * interruption, sending the same call again ends what is left; with nothing left the answer is the same. One person may
 * do this, since it only takes away. Throws `auth.role`, `authority.not-found`, `authority.state`.
 */
export async function revokeAuthority(cx: Context, id: string, body: AuthorityEnd): Promise<AuthorityAnswer> {
  requireRegistrar(cx);
  const { reason } = body;
  const { entry, resting } = await inTransaction(cx, (tx) => revokeIn(tx, cx, id, reason));
  for (const requestId of resting) await endResting(cx, requestId, reason);
  return answerAuthority(cx, id, entry);
}
