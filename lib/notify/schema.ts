import { z } from "zod";
import { pageOf, pageQuery, Receipt, visibleLine } from "@/lib/schema";
import { NOTIFY_KINDS } from "@/lib/word-lists";

/** The kinds of things that people and programs are notified of, in the order in which forms offer them. */
export const NotifyKind = z.enum(NOTIFY_KINDS);
export type NotifyKind = z.infer<typeof NotifyKind>;

/** What a webhook can be called for: the same, and each transaction of the parties that its owner knows of. */
export const HookKind = z.enum([...NotifyKind.options, "transaction"]);
export type HookKind = z.infer<typeof HookKind>;

/** What a message is about: a thing, or the webhook itself where its owner asked for a test. */
export const MessageKind = z.enum([...HookKind.options, "webhook"]);

/** What can come by e-mail: the same, and what only the followers of a thing are notified of. */
export const MailKind = z.enum([...NotifyKind.options, "followed"]);
export type MailKind = z.infer<typeof MailKind>;

/** States of a grant that its followers alone are notified of: each opening of fields. */
const OPENED: readonly string[] = ["opened", "seen_masked"];

/** Returns whether a change is reported only to people who follow the thing. */
export function isForFollowers({ kind, state }: { readonly kind: string; readonly state: string }): boolean {
  return kind === "transaction" || (kind === "grant" && OPENED.includes(state));
}

/** Default kinds for e-mail: what a person waits for, not what happens automatically. */
export const USUAL_MAIL_KINDS: readonly MailKind[] = NotifyKind.options.filter(
  (kind) => kind !== "rotation" && kind !== "epoch",
);

/** One notice. It names the thing and its new state, without its content. Transactions are for their followers. */
export const Notification = z.object({
  id: z.string(),
  kind: HookKind,
  /** Id of the thing. */
  subject: z.string(),
  /** What pages call it: a reference, a job, a key, a person, a version; null where the kind says it all. */
  reference: z.string().nullable(),
  state: z.string(),
  at: z.string(),
  read_at: z.string().nullable(),
});
export type Notification = z.infer<typeof Notification>;

export const NotificationQuery = z.strictObject({
  ...pageQuery,
  view: z.enum(["all", "unread"]).default("all"),
});
export type NotificationQuery = z.infer<typeof NotificationQuery>;
export const NotificationList = pageOf(Notification).extend({ unread: z.int() });

/** Marks as read: the named ones, or without names all up to and with `until`. */
export const ReadMarks = z.strictObject({
  ids: z.array(z.uuid().toLowerCase()).min(1).max(500).optional(),
  until: z.uuid().toLowerCase().optional(),
});
export type ReadMarks = z.infer<typeof ReadMarks>;
export const Marked = z.object({ marked: z.int(), unread: z.int() });

export const MailSettings = z.strictObject({ mail_kinds: z.array(MailKind).max(20) });
export type MailSettings = z.infer<typeof MailSettings>;
export const MailSettingsView = z.object({
  mail_kinds: z.array(MailKind),
  /** Whether this instance sends e-mail at all. */
  has_mail: z.boolean(),
  address: z.string(),
});
export type MailSettingsView = z.infer<typeof MailSettingsView>;
export const MailSettingsChanged = MailSettingsView.extend({ receipt: Receipt });

export const WebhookPath = z.strictObject({ id: z.uuid().toLowerCase() });
export const DeliveryPath = z.strictObject({
  id: z.uuid().toLowerCase(),
  delivery_id: z.uuid().toLowerCase(),
});

/** A new webhook of the caller: its address and its kinds; without kinds it receives all but transactions. */
export const NewWebhook = z.strictObject({
  name: visibleLine(80),
  url: z.string().min(1).max(2_000),
  kinds: z
    .array(HookKind)
    .min(1)
    .max(20)
    .optional()
    .describe("Kinds of changes that it is called for. Without any: all but transactions."),
});
export type NewWebhook = z.infer<typeof NewWebhook>;

export const Webhook = z.object({
  id: z.string(),
  name: z.string(),
  /** The whole URL for its owner, and only the origin for administrators. */
  url: z.string(),
  kinds: z.array(HookKind),
  state: z.enum(["active", "disabled"]),
  owner: z.string(),
  is_own: z.boolean(),
  created_at: z.string(),
  secret_at: z.string(),
  /** Until when calls are also signed with the previous secret; null without one. */
  former_until: z.string().nullable(),
  ended_at: z.string().nullable(),
});
export type Webhook = z.infer<typeof Webhook>;
export const WebhookQuery = z.strictObject({ ...pageQuery });
export type WebhookQuery = z.infer<typeof WebhookQuery>;
export const WebhookAnswer = Webhook.extend({ receipt: Receipt });
/** The secret is in this answer and in no other. */
export const WebhookWithSecret = WebhookAnswer.extend({ secret: z.string() });

export const DeliveryStatus = z.enum(["waiting", "delivered", "failed", "withheld"]);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

/**
 * Result of an attempt. `address`: webhooks may not call this address. `withheld`: the owner may no longer know of the
 * change.
 */
export const AttemptOutcome = z.enum([
  "delivered",
  "answer",
  "redirect",
  "timeout",
  "unreachable",
  "tls",
  "name",
  "address",
  "refused",
  "withheld",
  "disabled",
  "not_set_up",
]);
export type AttemptOutcome = z.infer<typeof AttemptOutcome>;

export const Attempt = z.object({
  number: z.int(),
  at: z.string(),
  outcome: AttemptOutcome,
  http_status: z.int().nullable(),
  took_ms: z.int(),
});
export type Attempt = z.infer<typeof Attempt>;

export const Delivery = z.object({
  id: z.string(),
  /** The header `webhook-id` of every attempt. */
  webhook_id: z.string(),
  /** The member `type` of a message. */
  type: z.string(),
  at: z.string(),
  status: DeliveryStatus,
  attempts: z.array(Attempt),
  next_at: z.string().nullable(),
});
export type Delivery = z.infer<typeof Delivery>;
export const DeliveryQuery = z.strictObject({ ...pageQuery });
export type DeliveryQuery = z.infer<typeof DeliveryQuery>;
export const DeliveryReplayed = Delivery.extend({ receipt: Receipt });
export const EmptyBody = z.strictObject({});
