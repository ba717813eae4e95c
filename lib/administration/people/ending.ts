import "server-only";
import { endGrantsOf } from "@/lib/access/grants/end-grants-of";
import { endAgreement, listOpenOf } from "@/lib/administration/agreements/store";
import type { PersonAnswer } from "@/lib/administration/people/schema";
import { revokeFactorsIn } from "@/lib/administration/people/sign-in-kinds";
import { listLiveKeys, listLiveWebhooks } from "@/lib/administration/people/work-store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext, Context } from "@/lib/context/context";
import type { DbContext, Tx } from "@/lib/db/transaction";
import { endApiKey } from "@/lib/identity/api-keys/store";
import { revokeInvitations } from "@/lib/identity/invitations/store";
import { disableRow } from "@/lib/notify/webhooks/store";

/** What ends a person: an administrator, or the portal on the day that was planned. */
export type EndContext = AuditContext & DbContext & Pick<Context, "logger">;
type Ended = Omit<PersonAnswer["ended"], "sessions">;

/** Ends a person's unused links in the caller's transaction. */
async function revokeLinks(tx: Tx, cx: EndContext, userId: string): Promise<void> {
  const revoked = await revokeInvitations(tx, userId, cx.clock.now());
  if (revoked.length === 0) return;
  await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "invitation.revoke",
    subjects: [...revoked.map((id) => `invitation:${id}`), `user:${userId}`],
    details: { count: revoked.length },
  });
}

async function revokeKeys(tx: Tx, cx: EndContext, userId: string): Promise<number> {
  const keys = await listLiveKeys(tx, userId);
  for (const { id, prefix } of keys) {
    await endApiKey(tx, id, { revoked_at: cx.clock.now() });
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "api_key.revoke",
      subjects: [`api_key:${id}`, `user:${userId}`],
      details: { prefix, reason: "the person left" },
    });
  }
  return keys.length;
}

async function disableWebhooks(tx: Tx, cx: EndContext, userId: string): Promise<number> {
  const ids = await listLiveWebhooks(tx, userId);
  for (const { id } of ids) {
    await disableRow(tx, id, cx.clock.now(), cx.principal?.userId ?? userId);
    await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "webhook.disable",
      subjects: [`webhook:${id}`],
      details: { reason: "the person left" },
    });
  }
  return ids.length;
}

/** Withdraws an open agreement in the caller's transaction for the person who asked. */
export async function withdrawAgreementIn(
  tx: Tx,
  cx: AuditContext,
  { id, kind }: { readonly id: string; readonly kind: string },
  { by, reason }: { readonly by: string; readonly reason: string },
): Promise<void> {
  await endAgreement(tx, id, { state: "withdrawn", by, at: cx.clock.now(), reason });
  await appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action: "agreement.withdraw",
    subjects: [`agreement:${id}`],
    details: { kind, reason },
  });
}

/** Withdraws what the person asked for and no second person has agreed to. */
async function withdrawAsked(tx: Tx, cx: EndContext, userId: string): Promise<number> {
  const open = await listOpenOf(tx, { tenantId: cx.instance.tenantId, askedBy: userId });
  const end = { by: userId, reason: "the person who asked left" };
  for (const one of open) await withdrawAgreementIn(tx, cx, one, end);
  return open.length;
}

/** Ends all that a person who leaves could still use or has asked for. Their record and what they signed stay. */
export async function endAllOf(tx: Tx, cx: EndContext, userId: string, reason: string): Promise<Ended> {
  await revokeLinks(tx, cx, userId);
  await revokeFactorsIn(tx, cx, userId);
  return {
    api_keys: await revokeKeys(tx, cx, userId),
    webhooks: await disableWebhooks(tx, cx, userId),
    agreements: await withdrawAsked(tx, cx, userId),
    grants: await endGrantsOf(tx, cx, userId, reason),
  };
}
