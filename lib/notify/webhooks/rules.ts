import "server-only";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import type { Webhook } from "@/lib/notify/schema";
import type { Owner, WebhookRow } from "@/lib/notify/webhooks/store";

type Caller = Pick<Context, "principal" | "instance">;

/** Administrators see where the portal calls for all people, and may stop it; they make no webhook for others. */
function isAdministrator({ principal }: Caller): boolean {
  return principal.role === "admin";
}

/** Whose webhooks the caller may see and disable. */
export function seenBy(cx: Caller): Owner {
  const { tenantId } = cx.instance;
  return { tenantId, userId: isAdministrator(cx) ? undefined : cx.principal.userId };
}

/** Whose the caller may change and read the deliveries of: their own. */
export function ownedBy(cx: Caller): Owner {
  return { tenantId: cx.instance.tenantId, userId: cx.principal.userId };
}

/** A webhook as the caller sees it: of another's only the origin, since the rest of an address is often a secret. */
export function toWebhook(cx: Caller, row: WebhookRow, now: Date): Webhook {
  const isOwn = row.user_id === cx.principal.userId;
  const isFormerGood = row.former_until !== null && row.former_until > now;
  return {
    id: row.id,
    name: row.name,
    url: isOwn ? row.url : new URL(row.url).origin,
    kinds: row.kinds,
    state: row.state,
    owner: row.owner,
    is_own: isOwn,
    created_at: row.created_at.toISOString(),
    secret_at: row.secret_at.toISOString(),
    former_until: isFormerGood ? (row.former_until?.toISOString() ?? null) : null,
    ended_at: row.ended_at?.toISOString() ?? null,
  };
}

/** Throws `webhook.not-found` for one that is not there or another's, `webhook.disabled` for one that ended. */
export function requireActive(row: WebhookRow | undefined): WebhookRow {
  if (row === undefined) throw new DomainError("webhook.not-found");
  if (row.state !== "active") throw new DomainError("webhook.disabled");
  return row;
}
