import { z } from "zod";
import { ClientTag, KeyChallenge } from "@/lib/keys/schema";
import { integerText, Receipt, Uuid } from "@/lib/schema";
import { GroupName } from "@/lib/vocabulary";

/** A page of what is wrapped for a client-held key: by transactions, all groups of each. */
export const WrapsQuery = z.strictObject({
  limit: integerText(1, 50).default(50),
  cursor: Uuid.optional(),
});
export type WrapsQuery = z.infer<typeof WrapsQuery>;

/** A recipient object of an envelope; `lib/crypto` checks its exact form. */
const RecipientEntry = z.strictObject({
  header: z.strictObject({
    kid: z.string().max(96),
    epk: z.strictObject({ crv: z.literal("X25519"), kty: z.literal("OKP"), x: z.string().max(64) }),
    apu: z.string().max(512),
    apv: z.string().max(256),
  }),
  encrypted_key: z.string().max(128),
});
export type RecipientEntry = z.infer<typeof RecipientEntry>;

/** One group's wrap for the key, with the data that the holder needs to unwrap and check the content key. */
export const WrappedGroup = z.object({
  transaction_id: z.string(),
  group: GroupName,
  ep: z.string(),
  gen: z.int(),
  protected: z.string(),
  recipient: RecipientEntry,
});
export type WrappedGroup = z.infer<typeof WrappedGroup>;

export const WrapsPage = z.object({
  key_id: z.string(),
  kid: z.string(),
  items: z.array(WrappedGroup),
  /** Transactions of this page whose envelopes do not match the log; they cannot be moved. */
  not_in_log: z.array(z.string()),
  /** The participant's active key, to wrap for. */
  successor: z.object({ key_id: z.string(), kid: z.string(), public_key: z.string() }).nullable(),
  remaining_wraps: z.int(),
  next_cursor: z.string().nullable(),
});
export type WrapsPage = z.infer<typeof WrapsPage>;

/**
 * A challenge for a client-held key that was replaced. The holder's program sends the answer together with the new
 * wraps.
 */
export const HeldChallenge = z.object({
  success: z.literal(true),
  key_id: z.string(),
  kid: z.string(),
  challenge: KeyChallenge,
});
export type HeldChallenge = z.infer<typeof HeldChallenge>;

const NewEntry = z.strictObject({
  transaction_id: Uuid,
  group: GroupName,
  gen: z.int().min(1),
  recipient: RecipientEntry,
});
export type NewEntry = z.infer<typeof NewEntry>;

/** New wraps in place of those of a client-held key, made by the holder's program. */
export const WrapsOrder = z.strictObject({
  client_tag: ClientTag,
  entries: z.array(NewEntry).min(1).max(200),
});
export type WrapsOrder = z.infer<typeof WrapsOrder>;

/** The result of a batch. */
export const HandedOver = z.object({
  success: z.literal(true),
  key_id: z.string(),
  kid: z.string(),
  new_kid: z.string(),
  /** Number of new wraps that replaced old ones. */
  rewrapped: z.int(),
  /** Number of new wraps that were not used, because their group was moved or resealed before. */
  skipped: z.int(),
  remaining_wraps: z.int(),
  /** One for each changed transaction. */
  results: z.array(z.object({ transaction_id: z.string(), groups: z.array(GroupName), receipt: Receipt })),
});
export type HandedOver = z.infer<typeof HandedOver>;
