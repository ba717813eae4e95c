import { z } from "zod";
import { PasskeyAttestation } from "@/lib/identity/schema";
import { visibleLine } from "@/lib/schema";
import { Duty, Role } from "@/lib/vocabulary";

// In a body, never in an address: browsers, proxies and logs keep addresses.
const Token = z.string().min(1).max(200);
const CsrfToken = z.string().max(200);

/** A link's token alone, to view the link or begin a set-up. */
export const InvitationCall = z.strictObject({ token: Token });

/** The person a link is for, as its page shows. */
export const InvitationView = z.object({
  name: z.string(),
  email: z.string(),
  organisation: z.string(),
  role: Role,
  duties: z.array(Duty),
  expires_at: z.string(),
  /** Whether the person's organisation has its own sign-in. */
  organisation_sign_in: z.boolean(),
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

/** Takes the link with a password and an authenticator. One code proves that the authenticator is set up. */
export const AcceptByPassword = z.strictObject({
  csrf_token: CsrfToken,
  token: Token,
  password: z.string().min(1).max(1024),
  challenge: z.string().max(64),
  code: z.string().min(1).max(16),
});
export type AcceptByPassword = z.infer<typeof AcceptByPassword>;
