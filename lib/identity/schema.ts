import { z } from "zod";
import { Duty, Role } from "@/lib/vocabulary";

/** Opening hours of an organisation: 1 is Monday; a missing day is closed; half-open intervals in its zone. */
export const WeeklyHours = z.record(
  z.enum(["1", "2", "3", "4", "5", "6", "7"]),
  z.tuple([z.string(), z.string()]),
);

/** The kind of a session's newest proof. */
export const SignInMethod = z.enum(["password", "totp", "recovery", "passkey", "oidc"]);

const Base64url = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/)
  .max(16_384);

/** Answer of `navigator.credentials.get` as JSON (WebAuthn level 3). Other members are ignored. */
export const PasskeyAssertion = z.object({
  id: Base64url.max(1400),
  rawId: Base64url.max(1400),
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: Base64url,
    authenticatorData: Base64url,
    signature: Base64url,
    userHandle: Base64url.max(88).optional(),
  }),
});
export type PasskeyAssertion = z.infer<typeof PasskeyAssertion>;

/** Answer of `navigator.credentials.create` as JSON. */
export const PasskeyAttestation = z.object({
  id: Base64url.max(1400),
  rawId: Base64url.max(1400),
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: Base64url,
    attestationObject: Base64url,
    transports: z.array(z.string().max(20)).max(10).optional(),
  }),
});
export type PasskeyAttestation = z.infer<typeof PasskeyAttestation>;

const Typed = z.string().max(64).optional();
const CsrfToken = z.string().max(200);

/** The sign-in form's fields; an empty code counts as absent. */
export const PasswordSignIn = z.strictObject({
  csrf_token: CsrfToken,
  email: z.string().min(1).max(254),
  password: z.string().min(1).max(1024),
  code: Typed,
  recovery_code: Typed,
});

export const PasskeySignIn = z.strictObject({ csrf_token: CsrfToken, assertion: PasskeyAssertion });

/** A demonstration person with all sign-in data (evaluation on this machine only). */
export const DemonstrationPerson = z.object({
  handle: z.string(),
  name: z.string(),
  role: Role,
  duties: z.array(Duty),
  email: z.string(),
  password: z.string(),
  /** Second factors to sign in with, in addition to the password; a passkey replaces both. */
  takes: z.enum(["password", "code", "passkey"]),
  /** Null while the next code is not valid yet. */
  code: z.string().nullable(),
});
export type DemonstrationPerson = z.infer<typeof DemonstrationPerson>;

export const Demonstration = z.object({
  people: z.array(DemonstrationPerson),
  /** When the next code starts. */
  changes_at: z.string(),
  now: z.string(),
});
export type Demonstration = z.infer<typeof Demonstration>;
