import { z } from "zod";
import { Severity } from "@/lib/alerts/schema";
import { AttemptOutcome, DeliveryStatus } from "@/lib/notify/schema";
import { pageOf, pageQuery, Receipt, text } from "@/lib/schema";

export const Channel = z.enum(["mail", "webhook"]);
export type Channel = z.infer<typeof Channel>;

/** Why a message is sent: about an alert, as a test, after a change of a rule's figure, or once to an address that was removed. */
export const Reason = z.enum(["opened", "escalated", "resolved", "test", "threshold", "removed"]);
export type Reason = z.infer<typeof Reason>;

/** A new address for alerts: a mailbox or the URL of a webhook, and the least severity that is sent there. */
export const NewAddress = z.strictObject({
  channel: Channel,
  address: text(2_000),
  least: Severity.default("warning"),
});
export type NewAddress = z.infer<typeof NewAddress>;

export const AlertDelivery = z.object({
  id: z.string(),
  /** Header `webhook-id` of a webhook's calls, Message-ID of a mail. */
  reason: Reason,
  /** The alert; null for a message about an address or the rules. */
  alert_id: z.string().nullable(),
  at: z.string(),
  status: DeliveryStatus,
  attempts: z.int(),
  /** Of the newest attempt. */
  outcome: AttemptOutcome.nullable(),
  http_status: z.int().nullable(),
  next_at: z.string().nullable(),
});
export type AlertDelivery = z.infer<typeof AlertDelivery>;

export const AlertAddress = z.object({
  id: z.string(),
  channel: Channel,
  /** A mailbox, or the origin of a webhook: the rest of its URL is often a secret. */
  address: z.string(),
  least: Severity,
  state: z.enum(["active", "removed"]),
  created_at: z.string(),
  created_by: z.string(),
  ended_at: z.string().nullable(),
  /** Its newest messages. */
  deliveries: z.array(AlertDelivery),
});
export type AlertAddress = z.infer<typeof AlertAddress>;
export const AddressQuery = z.strictObject({ ...pageQuery });
export type AddressQuery = z.infer<typeof AddressQuery>;
/** Whether this instance can send mail at all. */
export const AddressPage = pageOf(AlertAddress).extend({ has_mail: z.boolean() });
export type AddressPage = z.infer<typeof AddressPage>;
/** The secret of a webhook is in this answer and in no other; null for a mailbox. */
export const AddressAdded = AlertAddress.extend({ secret: z.string().nullable(), receipt: Receipt });
export type AddressAdded = z.infer<typeof AddressAdded>;
export const AddressChanged = AlertAddress.extend({ receipt: Receipt });
export type AddressChanged = z.infer<typeof AddressChanged>;
