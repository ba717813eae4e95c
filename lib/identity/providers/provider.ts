/**
 * Sign-in by an organisation's own identity provider (OpenID Connect). This file says what a provider is;
 * provider-client.ts speaks to it, round-trip.ts sends a browser there and back, check-claims.ts decides whether the
 * provider's claims are sufficient. Two administrators agree to a provider in lib/administration/providers. Must stay
 * true: a provider signs in only people of its own organisation, through a link that the person made; it creates no
 * account and gives no role; a missing claim counts as "no".
 */
import { Duty, Role } from "@/lib/vocabulary";
import "server-only";
import { z } from "zod";

/** The role and the duties that a group of the provider's directory allows here. */
export const GroupMapping = z.strictObject({
  value: z.string(),
  role: Role,
  duties: z.array(Duty),
});
export type GroupMapping = z.infer<typeof GroupMapping>;

/** How the portal authenticates to the provider: by a shared secret, or by its own key (RFC 7523). */
export const ProviderAuthentication = z.enum(["client_secret", "private_key"]);
export type ProviderAuthentication = z.infer<typeof ProviderAuthentication>;

/** An organisation's identity provider as it is in force. */
export interface Provider {
  readonly id: string;
  readonly organisationId: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly authentication: ProviderAuthentication;
  /** Client secret, or the private key as JWK, sealed for `secretContext`. */
  readonly sealed: Uint8Array;
  /** The portal's public key as JWK, for the provider's administrators. */
  readonly publicKey: string | undefined;
  readonly domains: readonly string[];
  /** Values of `amr` and `acr` that each count as a second factor. */
  readonly amr: readonly string[];
  readonly acr: readonly string[];
  /** Greatest age of the sign-in at the provider, in seconds. */
  readonly maxAge: number;
  readonly groupClaim: string;
  readonly mapping: readonly GroupMapping[];
  readonly changedAt: Date;
}

/** What the secret of an organisation's provider is sealed for. It cannot be opened for another organisation. */
export const secretContext = (organisationId: string): string => `identity-provider:${organisationId}`;
