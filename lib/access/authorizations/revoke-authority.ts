import "server-only";
import { listResting } from "@/lib/access/authorizations/resting-store";
import { findGrant } from "@/lib/access/grants/store";
import { lockRequest } from "@/lib/access/requests/store";
import { endGrant, tryAnnouncing } from "@/lib/access/revoke-grant";
import { appendEntry } from "@/lib/audit/append-entry";
import { type AuthorityAnswer, answerAuthority } from "@/lib/authority/registry/answer-authority";
import { requireRegistrar } from "@/lib/authority/registry/rules";
import { endAuthorityRow, lockAuthority } from "@/lib/authority/registry/store";
import type { AuthorityEnd } from "@/lib/authority/schema";
import type { Context } from "@/lib/context";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

async function revokeIn(tx: Tx, cx: Context, id: string, reason: string) {
  const { tenantId } = cx.instance;
  const row = await lockAuthority(tx, tenantId, id);
  if (row === undefined) throw new DomainError("authority.not-found");
  if (row.state !== "confirmed") {
    throw new DomainError("authority.state", { detail: `The registration is ${row.state}.` });
  }
  await endAuthorityRow(tx, id, { state: "revoked", by: cx.principal.userId, at: cx.clock.now(), reason });
  const resting = await listResting(tx, id);
  return {
    resting,
    entry: await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "authority.revoke",
      subjects: [`authority:${id}`],
      details: { digest: row.digest, reason },
    }),
  };
}

/** Ends one grant that rested on the key. It may have ended in the meantime: then there is nothing left to do. */
async function endResting(cx: Context, grantId: string, reason: string): Promise<void> {
  const isEnded = await inTransaction(cx, async (tx) => {
    const found = await findGrant(tx, cx.instance.tenantId, grantId);
    if (found?.requestId === undefined) return false;
    await lockRequest(tx, found.requestId);
    const grant = await findGrant(tx, cx.instance.tenantId, grantId);
    if (grant === undefined || (grant.state !== "active" && grant.state !== "pending")) return false;
    await endGrant(tx, cx, grant, reason);
    return true;
  });
  if (isEnded) await tryAnnouncing(cx, grantId);
}

/**
 * An authority's key counts no more: from this commit on no order under it is taken, and every grant that rests on one
 * is refused at its next decision, before the grants themselves are ended one by one with the custodian. One person
 * does it, since it takes away only. Throws `auth.role`, `authority.not-found`, `authority.state`.
 */
export async function revokeAuthority(cx: Context, id: string, body: AuthorityEnd): Promise<AuthorityAnswer> {
  requireRegistrar(cx);
  const { reason } = body;
  const { entry, resting } = await inTransaction(cx, (tx) => revokeIn(tx, cx, id, reason));
  for (const grantId of resting) await endResting(cx, grantId, reason);
  return answerAuthority(cx, id, entry);
}
