import type { Context } from "@/lib/context/context";
import "server-only";
import type { Clock } from "@/lib/clock";
import type { DbContext, Tx } from "@/lib/db/transaction";
import { findHolder, type Holder } from "@/lib/identity/people/holders-store";
import type { Keystore } from "@/lib/keystore/keystore";
import { awayPrincipal, readAudience } from "@/lib/notify/audience";
import type { DeliveryRow } from "@/lib/notify/deliveries/store";
import type { Mail } from "@/lib/notify/mail/mailer";
import { findAddress, findSetting } from "@/lib/notify/mail/store";
import { writeMail } from "@/lib/notify/mail/write-mail";
import { readReferences } from "@/lib/notify/reference-store";
import { HookKind, isForFollowers, MailKind, USUAL_MAIL_KINDS } from "@/lib/notify/schema";
import { type Message, messageId, secretContext } from "@/lib/notify/webhooks/signature";
import { findWebhook, type WebhookRow } from "@/lib/notify/webhooks/store";

type ComposeContext = DbContext &
  Pick<Context, "instance"> & {
    readonly clock: Clock;
    readonly keystore: Keystore;
    readonly origin: string;
  };

/** Returns the recipient if they are active and may know of the object at this moment. */
async function reader(tx: Tx, cx: ComposeContext, row: DeliveryRow): Promise<Holder | undefined> {
  const { tenantId } = cx.instance;
  const holder = await findHolder(tx, tenantId, row.user_id);
  if (holder === undefined || !holder.isActive) return undefined;
  const { kind, subject } = row;
  // A test message is about the webhook itself, so its owner may always get it.
  if (kind === "webhook") return holder;
  const audience = await readAudience(tx, cx, [{ kind, subject }]);
  return audience.has(awayPrincipal(holder), { kind, subject }) ? holder : undefined;
}

/** The member `type` of a message, e.g. `request.stage_1`. */
export function typeOf({ kind, state }: Pick<DeliveryRow, "kind" | "state">): string {
  return `${kind}.${state}`;
}

function secretsOf(cx: ComposeContext, hook: WebhookRow): Uint8Array[] {
  const open = (sealed: Uint8Array) => cx.keystore.openSecret(secretContext(hook.id), sealed);
  const isFormerGood = hook.former_until !== null && hook.former_until > cx.clock.now();
  return [
    open(hook.secret),
    ...(hook.former_secret !== null && isFormerGood ? [open(hook.former_secret)] : []),
  ];
}

export interface WebhookMessage extends Message {
  readonly url: string;
  readonly secrets: readonly Uint8Array[];
}

/**
 * Returns the message for a webhook, the same bytes at each attempt: the thing, its reference and its new state.
 * Undefined when its owner may not know of the thing any more.
 */
export async function composeMessage(
  tx: Tx,
  cx: ComposeContext,
  row: DeliveryRow,
): Promise<WebhookMessage | "disabled" | "withheld"> {
  const { tenantId } = cx.instance;
  const hook = await findWebhook(tx, { tenantId, userId: row.user_id }, row.webhook_id ?? "");
  if (hook === undefined || hook.state !== "active") return "disabled";
  if ((await reader(tx, cx, row)) === undefined) return "withheld";
  const reference = (await readReferences(tx, tenantId, [row])).get(row.subject);
  const data = {
    kind: row.kind,
    id: row.subject,
    state: row.state,
    ...(reference === undefined ? {} : { reference }),
  };
  return {
    id: messageId(row.id),
    timestamp: Math.floor(cx.clock.nowMs() / 1_000),
    body: JSON.stringify({ type: typeOf(row), timestamp: row.at.toISOString(), data }),
    url: hook.url,
    secrets: secretsOf(cx, hook),
  };
}

/** Returns the e-mail to a person who still wants it and may know of the thing. */
export async function composeMail(tx: Tx, cx: ComposeContext, row: DeliveryRow): Promise<Mail | "withheld"> {
  const wanted = (await findSetting(tx, row.user_id)) ?? USUAL_MAIL_KINDS;
  const kind = HookKind.safeParse(row.kind).data;
  const choice = MailKind.safeParse(isForFollowers(row) ? "followed" : row.kind).data;
  if (kind === undefined || choice === undefined || !wanted.includes(choice)) return "withheld";
  if ((await reader(tx, cx, row)) === undefined) return "withheld";
  const reference = (await readReferences(tx, cx.instance.tenantId, [row])).get(row.subject);
  return writeMail({
    id: row.id,
    to: await findAddress(tx, row.user_id),
    kind,
    reference,
    at: row.at,
    origin: cx.origin,
  });
}
