import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt, type Receipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { urlFault } from "@/lib/notify/guard/target";
import { type HookKind, type NewWebhook, NotifyKind, type Webhook } from "@/lib/notify/schema";
import { toWebhook } from "@/lib/notify/webhooks/rules";
import { newSecret, secretContext, secretText } from "@/lib/notify/webhooks/signature";
import { countActive, insertWebhook } from "@/lib/notify/webhooks/store";

const MAX_ACTIVE = 10;

export type WebhookSecretAnswer = Webhook & { readonly secret: string; readonly receipt: Receipt };

/** Returns the URL in canonical form. Throws `request.invalid` for a URL that a webhook may not have. */
function requireUrl(cx: Context, text: string): string {
  const fault = urlFault(text, { loopback: cx.instance.evaluation });
  if (fault !== undefined)
    throw new DomainError("request.invalid", { errors: [{ pointer: "/url", detail: fault }] });
  return new URL(text).href;
}

/**
 * Makes a webhook of the caller: it receives only what the caller may know of. Its secret is in this answer and never
 * shown again. Throws `request.invalid` for an address that a webhook may not have, `webhook.too-many`.
 */
export async function createWebhook(cx: Context, body: NewWebhook): Promise<WebhookSecretAnswer> {
  const url = requireUrl(cx, body.url);
  const { userId, organisationId, name: owner } = cx.principal;
  const { tenantId } = cx.instance;
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const plain = newSecret();
  const secret = cx.keystore.sealSecret(secretContext(id), plain);
  const kinds = [...new Set<HookKind>(body.kinds ?? NotifyKind.options)].sort();
  const row = { id, tenantId, userId, name: body.name, url, kinds, secret, at };
  const entry = await inTransaction(cx, async (tx) => {
    if ((await countActive(tx, userId)) >= MAX_ACTIVE)
      throw new DomainError("webhook.too-many", { detail: `A person has at most ${MAX_ACTIVE} webhooks.` });
    await insertWebhook(tx, row);
    return appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "webhook.create",
      subjects: [`webhook:${id}`],
      // The address where an agency receives notices is its own business.
      caseId: organisationId,
      caseDetails: { origin: new URL(url).origin, kinds },
    });
  });
  const stored = {
    ...row,
    user_id: userId,
    organisation_id: organisationId,
    owner,
    state: "active" as const,
    secret_at: at,
    former_secret: null,
    former_until: null,
    created_at: at,
    ended_at: null,
  };
  return { ...toWebhook(cx, stored, at), secret: secretText(plain), receipt: await issueReceipt(cx, entry) };
}
