import type { Duty, Role, Scope } from "@/lib/vocabulary";

/** How the caller proved who they are in this request. */
export type Proof =
  | { readonly kind: "api-key"; readonly keyId: string; readonly prefix: string; readonly signed: boolean }
  | SessionProof;

/**
 * How a person proved who they are; the newest proof counts. A user-verified passkey is both factors. `oidc` is the
 * organisation's own identity provider, which must say that it asked for a second factor.
 */
export type SignInMethod = "password" | "totp" | "recovery" | "passkey" | "oidc";

/** A signed-in person's proof, with the time of each factor. */
export interface SessionProof {
  readonly kind: "session";
  readonly sessionId: string;
  readonly method: SignInMethod;
  /** The passkey of the newest proof, as `credential.id` names it. */
  readonly passkeyId?: string;
  /** Newest proof by every factor that the person had at that time. */
  readonly provedAt: Date;
  /** Newest proof by more than a password; undefined without one. */
  readonly multiFactorAt?: Date;
}

/** The authenticated caller. `handle` names the person in statements and in the custodian's roster. */
export interface Principal {
  readonly userId: string;
  readonly handle: string;
  readonly name: string;
  /** Random pseudonym used in the public log. */
  readonly pseudonym: string;
  readonly tenantId: string;
  readonly organisationId: string;
  readonly participantId?: string;
  readonly role: Role;
  readonly duties: readonly Duty[];
  readonly scopes: readonly Scope[];
  readonly proof: Proof;
}

/** The scopes that calls require. The registry of operations implements it; lower rooms get this table from their caller. */
export interface ScopeTable {
  /** Returns every scope that a call for this role and these duties requires. */
  scopesFor(role: Role, duties: readonly Duty[]): readonly Scope[];
}

/** Where the request came from; sealed into the subject part of the log, never logged elsewhere. */
export interface ClientInfo {
  readonly address?: string;
  readonly userAgent?: string;
}
