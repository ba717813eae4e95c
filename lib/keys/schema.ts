import { z } from "zod";
import { Base64url, pageOf, pageQuery, text, Uuid } from "@/lib/api-client/fields";

export const KeyState = z.enum(["pre_active", "active", "retired", "compromised", "destroyed"]);
export const Custody = z.enum(["managed", "client"]);

/** Body of POST /confidential/keys. */
export const KeyRegistration = z.strictObject({
  participant_id: text(64),
  public_key: Base64url.length(43).optional(),
  algorithm: z.literal("X25519"),
  custody: Custody,
});
export type KeyRegistration = z.infer<typeof KeyRegistration>;

export const KeyChallenge = z.object({
  ephemeral_key: z.string(),
  server_tag: z.string(),
  nonce: z.string(),
  expires_at: z.string(),
  context: z.string(),
});

/** Answer of a registration; `challenge` for client-held keys only. */
export const RegisteredKey = z.object({
  success: z.literal(true),
  key_id: z.string(),
  kid: z.string(),
  participant_id: z.string(),
  key_version: z.int(),
  state: KeyState,
  public_key: z.string(),
  registered_at: z.string(),
  challenge: KeyChallenge.optional(),
  receipt: z.unknown().optional(),
});
export type RegisteredKey = z.infer<typeof RegisteredKey>;

export const KeyQuery = z.strictObject({ ...pageQuery, participant_id: text(64).optional() });
export type KeyQuery = z.infer<typeof KeyQuery>;

export const KeyPath = z.strictObject({ id: Uuid });

export const KeyView = z.object({
  key_id: z.string(),
  kid: z.string(),
  participant_id: z.string(),
  public_key: z.string(),
  key_version: z.int(),
  state: KeyState,
  custody: Custody,
  fingerprint: z.string(),
  remaining_wraps: z.int(),
});
export type KeyView = z.infer<typeof KeyView>;

export const KeyPage = pageOf(KeyView);

/** An escrow epoch with the custodian's signature over it. */
export const EscrowEpochView = z.object({
  epoch: z.int(),
  kid: z.string(),
  public_key: z.string(),
  state: z.string(),
  signature: z.string(),
});
export const EscrowEpochList = z.object({ items: z.array(EscrowEpochView), custodian: z.string() });
