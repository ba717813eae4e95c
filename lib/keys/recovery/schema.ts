import { z } from "zod";
import { RewrapStatement } from "@/lib/escrow/protocol/rewrap-statement";
import { StatementSignature } from "@/lib/escrow/protocol/statements";
import { ClientTag, KeyChallenge } from "@/lib/keys/schema";
import { Receipt, text } from "@/lib/schema";

/** `asked`: waits for two persons' word and the proof of the new key. `expired`: nobody gave it in time. */
export const RecoveryState = z.enum([
  "asked",
  "running",
  "completed",
  "failed",
  "withdrawn",
  "refused",
  "expired",
]);
export type RecoveryState = z.infer<typeof RecoveryState>;

/** Body that opens a recovery: the public key of the participant's new key, and how the old one was lost. */
export const NewRecovery = z.strictObject({ public_key: z.string().max(64), reason: text(1000) });
export type NewRecovery = z.infer<typeof NewRecovery>;

/** The signature of those who hold a key of their own; nothing from those whom the portal signs for. */
export const RecoveryWord = z.strictObject({ signature: StatementSignature.optional() });
export type RecoveryWord = z.infer<typeof RecoveryWord>;

/** The answer to the custodian's challenge. */
export const RecoveryProof = z.strictObject({ client_tag: ClientTag });
export type RecoveryProof = z.infer<typeof RecoveryProof>;

export const RecoveryEnd = z.strictObject({ reason: text(1000) });
export type RecoveryEnd = z.infer<typeof RecoveryEnd>;

const KeyName = z.object({ key_id: z.string(), kid: z.string() });

/** A recovery as far as it is. */
export const RecoveryView = z.object({
  success: z.literal(true),
  recovery_id: z.string(),
  participant_id: z.string(),
  state: RecoveryState,
  reason: z.string(),
  old_key: KeyName,
  /** What everybody signs for: whoever signs compares the fingerprint with its holder's. */
  new_key: KeyName.extend({ public_key: z.string(), fingerprint: z.string() }),
  /** Transactions that the statements name. */
  transactions: z.int(),
  signatures: z.array(
    z.object({
      person: z.string(),
      name: z.string(),
      by: z.enum(["own_key", "portal"]),
      at: z.string(),
    }),
  ),
  signatures_needed: z.int(),
  /** Whether the caller's own word is awaited. */
  awaits_me: z.boolean(),
  /** What the caller is to sign, where the portal does not sign for him, and the passkeys that the custodian takes it from. */
  to_sign: z
    .object({
      statement: RewrapStatement,
      passkeys: z.array(z.object({ credential_id: z.string(), rp_id: z.string() })),
    })
    .optional(),
  asked_at: z.string(),
  not_after: z.string(),
  /** Entries that lay under the old key when it began, and those that were wrapped for the new one. */
  total: z.int(),
  rewrapped: z.int(),
  started_at: z.string().optional(),
  ended_at: z.string().optional(),
  end_reason: z.string().optional(),
});
export type RecoveryView = z.infer<typeof RecoveryView>;

export const RecoveryAnswer = RecoveryView.extend({ receipt: Receipt.optional() });
export type RecoveryAnswer = z.infer<typeof RecoveryAnswer>;

/** The newest recovery of a key; null where there was none. */
export const RecoveryStanding = z.object({ recovery: RecoveryView.nullable() });
export type RecoveryStanding = z.infer<typeof RecoveryStanding>;

/** The custodian's challenge to the holder of the new key. */
export const RecoveryChallenge = z.object({
  success: z.literal(true),
  recovery_id: z.string(),
  key_id: z.string(),
  kid: z.string(),
  challenge: KeyChallenge,
});
export type RecoveryChallenge = z.infer<typeof RecoveryChallenge>;
