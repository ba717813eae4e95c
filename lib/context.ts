import type { Scanner } from "@/lib/access/documents/scanner";
import type { AuditRecorder } from "@/lib/audit/recorder-types";
import type { Clock } from "@/lib/clock";
import type { Database } from "@/lib/db/client";
import type { EscrowClient } from "@/lib/escrow/client/client";
import type { Keystore } from "@/lib/keystore/keystore";
import type { Limits } from "@/lib/rate-limit/limits";
import type { Duty, Role, Scope } from "@/lib/roles";
import type { Logger } from "@/lib/telemetry/logger";

export type { Duty, Role, Scope } from "@/lib/roles";

/** How the caller proved who they are in this request. */
export type Proof =
  | { readonly kind: "api-key"; readonly keyId: string; readonly prefix: string; readonly signed: boolean }
  | SessionProof;

/** How a person proved who they are; the newest proof counts. A user-verified passkey is both factors. */
export type SignInMethod = "password" | "totp" | "recovery" | "passkey";

/** A signed-in person's proof, as old as it is. */
export interface SessionProof {
  readonly kind: "session";
  readonly sessionId: string;
  readonly method: SignInMethod;
  /** The passkey of the newest proof, as `credential.id` names it. */
  readonly passkeyId?: string;
  /** Newest proof by every factor that the person then had. */
  readonly provedAt: Date;
  /** The same when it was more than a password. */
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

/** Where the request came from; sealed into the subject part of the log, never logged elsewhere. */
export interface ClientInfo {
  readonly address?: string;
  readonly userAgent?: string;
}

/** Facts of this instance that do not change while it runs. */
export interface InstanceFacts {
  /** Origin of the audit log: made at first run, never derived from a host name. */
  readonly log: string;
  readonly tenantId: string;
  /** Pseudonym of the tenant in the public part of entries. */
  readonly tenantPseudonym: string;
  /** True when started by `npm start`: every part runs as one user on one machine. */
  readonly evaluation: boolean;
  /** Days after which a managed key is rotated by itself, where this process sees to that. */
  readonly keyRotationDays?: number;
}

/** What the database layer needs of a context. */
export interface DbContext {
  readonly db: Database;
  readonly instance: InstanceFacts;
}

/** What every use case gets (conventions.md "Shape of a use case"). */
export interface Context extends DbContext {
  readonly clock: Clock;
  readonly keystore: Keystore;
  readonly escrow: EscrowClient;
  readonly audit: AuditRecorder;
  readonly principal: Principal;
  readonly client: ClientInfo;
  readonly requestId: string;
  readonly logger: Logger;
  /** The budgets of this process; absent where nobody calls from outside. */
  readonly limits?: Limits | undefined;
  /** Absent where none is configured: then documents are "not scanned". */
  readonly scanner?: Scanner | undefined;
}
