import { z } from "zod";
import { Duty, PasskeyAttestation, Role } from "@/lib/identity/schema";
import { visibleLine } from "@/lib/schema";

// In a body, never in an address: addresses are kept by browsers, proxies and logs.
const Token = z.string().min(1).max(200);
const CsrfToken = z.string().max(200);

/** A link's token alone: looks at it, or begins a set-up. */
export const InvitationCall = z.strictObject({ token: Token });

/** Whom a link is for, as its page shows. */
export const InvitationView = z.object({
  name: z.string(),
  email: z.string(),
  organisation: z.string(),
  role: Role,
  duties: z.array(Duty),
  expires_at: z.string(),
});
export type InvitationView = z.infer<typeof InvitationView>;

/** Takes the link with a new passkey as the first way to sign in. */
export const AcceptByPasskey = z.strictObject({
  csrf_token: CsrfToken,
  token: Token,
  label: visibleLine(60),
  attestation: PasskeyAttestation,
});
export type AcceptByPasskey = z.infer<typeof AcceptByPasskey>;

/** Takes the link with a password and an authenticator, of which one code proves that it was set up. */
export const AcceptByPassword = z.strictObject({
  csrf_token: CsrfToken,
  token: Token,
  password: z.string().min(1).max(1024),
  challenge: z.string().max(64),
  code: z.string().min(1).max(16),
});
export type AcceptByPassword = z.infer<typeof AcceptByPassword>;
