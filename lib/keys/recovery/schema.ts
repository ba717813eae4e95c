import { z } from "zod";
import { RewrapStatement } from "@/lib/escrow/protocol/rewrap-statement";
import { StatementSignature } from "@/lib/escrow/protocol/statements";
import { ClientTag, KeyChallenge } from "@/lib/keys/schema";
import { Receipt, text } from "@/lib/schema";

/** `asked`: waits for two people's statements and the proof of the new key. `expired`: they did not come in time. */
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

/** Body that asks for a recovery: the public key of the participant's new key, and how the old one was lost. */
export const NewRecovery = z.strictObject({ public_key: z.string().max(64), reason: text(1000) });
export type NewRecovery = z.infer<typeof NewRecovery>;

/** The signature of a person with their own key; absent for people for whom the portal signs. */
export const NewRecoverySignature = z.strictObject({ signature: StatementSignature.optional() });
export type NewRecoverySignature = z.infer<typeof NewRecoverySignature>;

/** The answer to the custodian's challenge. */
export const RecoveryProof = z.strictObject({ client_tag: ClientTag });
export type RecoveryProof = z.infer<typeof RecoveryProof>;

export const RecoveryEnd = z.strictObject({ reason: text(1000) });
export type RecoveryEnd = z.infer<typeof RecoveryEnd>;

const KeyName = z.object({ key_id: z.string(), kid: z.string() });

/** A recovery and its progress. */
export const RecoveryView = z.object({
  success: z.literal(true),
  recovery_id: z.string(),
  participant_id: z.string(),
  state: RecoveryState,
  reason: z.string(),
  old_key: KeyName,
  /** The terms of every signature. Signers compare the fingerprint with the key's holder. */
  new_key: KeyName.extend({ public_key: z.string(), fingerprint: z.string() }),
  /** Number of transactions that the statements name. */
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
  /** Whether the caller's own statement is awaited. */
  awaits_me: z.boolean(),
  /**
   * The statement for the caller to sign if the portal does not sign for them, with the passkeys that the custodian
   * accepts.
   */
  to_sign: z
    .object({
      statement: RewrapStatement,
      passkeys: z.array(z.object({ credential_id: z.string(), rp_id: z.string() })),
    })
    .optional(),
  asked_at: z.string(),
  /** The recovery and its time under the names that things of the API have. */
  id: z.string(),
  created_at: z.string(),
  not_after: z.string(),
  /** Entries of the old key at the start, and those now wrapped for the new one. */
  total: z.int(),
  rewrapped: z.int(),
  started_at: z.string().optional(),
  ended_at: z.string().optional(),
  end_reason: z.string().optional(),
});
export type RecoveryView = z.infer<typeof RecoveryView>;

export const RecoveryAnswer = RecoveryView.extend({ receipt: Receipt.optional() });
export type RecoveryAnswer = z.infer<typeof RecoveryAnswer>;

/** The newest recovery of a key; null if it has none. */
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
