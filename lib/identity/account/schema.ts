import { z } from "zod";
import { PasskeyAssertion, PasskeyAttestation, SignInMethod } from "@/lib/identity/schema";
import { visibleLine } from "@/lib/schema";
import { Duty, Role } from "@/lib/vocabulary";

const Instant = z.string();

export const PasskeyView = z.object({
  id: z.uuid(),
  label: z.string(),
  created_at: Instant,
  used_at: Instant.nullable(),
});
export type PasskeyView = z.infer<typeof PasskeyView>;

export const SessionView = z.object({
  id: z.string(),
  /** The browser's description of itself; empty when it sends none. */
  device: z.string(),
  method: SignInMethod,
  created_at: Instant,
  last_seen_at: Instant,
  expires_at: Instant,
  /** The session that makes the call. */
  is_current: z.boolean(),
});
export type SessionView = z.infer<typeof SessionView>;

export const AccountView = z.object({
  name: z.string(),
  email: z.string(),
  handle: z.string(),
  organisation: z.string(),
  role: Role,
  duties: z.array(Duty),
  has_password: z.boolean(),
  /** Whether the role or a duty requires a second factor. */
  needs_second_factor: z.boolean(),
  totp: z.object({ created_at: Instant }).nullable(),
  recovery_codes_left: z.int(),
  passkeys: z.array(PasskeyView),
  /** The identity provider of the person's organisation. Null where it has none and the person has no link. */
  organisation_sign_in: z
    .object({
      /** Its host; null where it was disconnected. */
      host: z.string().nullable(),
      /** When the person linked it to this account. */
      linked_at: Instant.nullable(),
    })
    .nullable(),
  sessions: z.array(SessionView),
});
export type AccountView = z.infer<typeof AccountView>;

export const SessionPath = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{24}$/) });
export const PasskeyPath = z.strictObject({ id: z.uuid() });
export const Nothing = z.strictObject({});
export const Ended = z.object({ ended: z.int() });

const Label = visibleLine(60);
export const NewPasskey = z.strictObject({ label: Label, attestation: PasskeyAttestation });
export type NewPasskey = z.infer<typeof NewPasskey>;

/** Options for `navigator.credentials`, made by the library and passed on unchanged. */
export const CeremonyOptions = z.looseObject({ challenge: z.string() });

export const TotpSetUp = z.object({
  /** Identifies this set-up when it is confirmed. */
  challenge: z.string(),
  uri: z.string(),
  secret: z.string(),
  expires_at: Instant,
});
export type TotpSetUp = z.infer<typeof TotpSetUp>;

export const TotpConfirmation = z.strictObject({
  challenge: z.string().max(64),
  code: z.string().min(1).max(16),
});
export type TotpConfirmation = z.infer<typeof TotpConfirmation>;

export const Enrolled = z.object({ created_at: Instant });
export const Removed = z.object({ removed: z.boolean() });
export const RecoveryCodes = z.object({ codes: z.array(z.string()) });

export const PasswordChange = z.strictObject({
  current: z.string().min(1).max(1024),
  next: z.string().min(1).max(1024),
});
export type PasswordChange = z.infer<typeof PasswordChange>;

/** The proofs this person can give; `passkey` holds the options of the ceremony. */
export const StepUpOptions = z.object({
  totp: z.boolean(),
  recovery: z.boolean(),
  /** For people who have only a password. */
  password: z.boolean(),
  /** By a new sign-in at the identity provider of the person's organisation. */
  organisation: z.boolean(),
  passkey: CeremonyOptions.nullable(),
});
export type StepUpOptions = z.infer<typeof StepUpOptions>;

/** A recovery code. */
export const StepUpProof = z.strictObject({
  code: z.string().min(1).max(16).optional(),
  recovery_code: z.string().min(1).max(64).optional(),
  password: z.string().min(1).max(1024).optional(),
  assertion: PasskeyAssertion.optional(),
});
export type StepUpProof = z.infer<typeof StepUpProof>;

export const SteppedUp = z.object({ proved_at: Instant, method: SignInMethod });
