import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt, type Receipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import type { Webhook } from "@/lib/notify/schema";
import type { WebhookSecretAnswer } from "@/lib/notify/webhooks/create-webhook";
import { ownedBy, requireActive, seenBy, toWebhook } from "@/lib/notify/webhooks/rules";
import { newSecret, secretContext, secretText } from "@/lib/notify/webhooks/signature";
import { changeSecret, disableRow, lockWebhook } from "@/lib/notify/webhooks/store";

/** How long the previous secret signs together with the new one. */
const OVERLAP_MS = 24 * 60 * 60_000;

/**
 * A new secret for one's own webhook, shown once. For 24 hours each call carries a signature by both, so that a receiver
 * can change over without missing one; a second rotation ends that of the one before at once. Throws `webhook.not-found`,
 * `webhook.disabled`.
 */
export async function rotateSecret(cx: Context, id: string): Promise<WebhookSecretAnswer> {
  const at = cx.clock.now();
  const plain = newSecret();
  const secret = cx.keystore.sealSecret(secretContext(id), plain);
  const formerUntil = new Date(at.getTime() + OVERLAP_MS);
  const { row, entry } = await inTransaction(cx, async (tx) => {
    const before = requireActive(await lockWebhook(tx, ownedBy(cx), id));
    await changeSecret(tx, id, { secret, at, former: before.secret, formerUntil });
    const written = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "webhook.rotate",
      subjects: [`webhook:${id}`],
      caseId: before.organisation_id,
      caseDetails: { former_until: formerUntil.toISOString() },
    });
    return { row: { ...before, secret_at: at, former_until: formerUntil }, entry: written };
  });
  return { ...toWebhook(cx, row, at), secret: secretText(plain), receipt: await issueReceipt(cx, entry) };
}

/**
 * Ends a webhook permanently: the caller's own, or as an administrator any. Its queued messages are not sent any more.
 * Throws `webhook.not-found`, `webhook.disabled`.
 */
export async function disableWebhook(
  cx: Context,
  id: string,
): Promise<Webhook & { readonly receipt: Receipt }> {
  const at = cx.clock.now();
  const { row, entry } = await inTransaction(cx, async (tx) => {
    const before = requireActive(await lockWebhook(tx, seenBy(cx), id));
    await disableRow(tx, id, at, cx.principal.userId);
    const written = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "webhook.disable",
      subjects: [`webhook:${id}`],
      caseId: before.organisation_id,
    });
    return {
      row: { ...before, state: "disabled" as const, former_until: null, ended_at: at },
      entry: written,
    };
  });
  return { ...toWebhook(cx, row, at), receipt: await issueReceipt(cx, entry) };
}
