import "server-only";
import type { Context } from "@/lib/context/context";
import { type Viewed, viewRows } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import { requireIdCursor } from "@/lib/notify/list-notifications";
import type { Webhook, WebhookQuery } from "@/lib/notify/schema";
import { seenBy, toWebhook } from "@/lib/notify/webhooks/rules";
import { listWebhookRows, type WebhookRow } from "@/lib/notify/webhooks/store";

/**
 * Returns webhooks newest first: the caller's own; administrators see all, but of another person's address only its
 * origin.
 */
export async function listWebhooks(
  cx: Context,
  query: WebhookQuery,
): Promise<Viewed<Webhook> & { readonly next_cursor: string | null }> {
  const before = requireIdCursor(query.cursor);
  const rows = await inSnapshot(cx, (tx) =>
    listWebhookRows(tx, seenBy(cx), { before, limit: query.limit + 1 }),
  );
  const shown = rows.slice(0, query.limit);
  const now = cx.clock.now();
  return {
    ...viewRows(cx, "webhooks", shown, (row: WebhookRow) => toWebhook(cx, row, now)),
    next_cursor: rows.length > shown.length ? (shown.at(-1)?.id ?? null) : null,
  };
}
