import type { CompartmentKind } from "@/lib/context/recorder";
import type { Json } from "@/lib/crypto/json/canonical-json";

export const ENTRY_CLASSES = [
  "transaction",
  "disclosure",
  "access",
  "key",
  "policy",
  "identity",
  "admin",
  "export",
  "retention",
  "log",
] as const;
export type EntryClass = (typeof ENTRY_CLASSES)[number];

export const ENTRY_OUTCOMES = ["intent", "done", "denied", "failed"] as const;
export type EntryOutcome = (typeof ENTRY_OUTCOMES)[number];

export const COMPARTMENT_KINDS: readonly CompartmentKind[] = ["org", "case", "subject", "suspicion"];

const KINDS: ReadonlyMap<string, CompartmentKind> = new Map(COMPARTMENT_KINDS.map((kind) => [kind, kind]));

/**
 * Returns the kind in a compartment's row; undefined for an unknown kind. A part in such a compartment counts as
 * misplaced.
 */
export function kindNamed(name: string): CompartmentKind | undefined {
  return KINDS.get(name);
}

/** Digests of one group's envelope (crypto.md: bd and rl), base64url. */
export interface EnvelopeDigests {
  readonly grp: string;
  readonly gen: number;
  readonly bd: string;
  readonly rl: string;
}

/** The closed public member `pub` of an entry: facts that others must be able to check. */
export interface PublicDetails {
  readonly envelopes?: readonly EnvelopeDigests[];
  readonly rd?: string;
  readonly meta?: string;
  readonly thumbprint?: string;
  readonly policy?: string;
  readonly checkpoint?: Json;
  readonly prune?: Json;
  readonly recovery?: Json;
}

/** Search keys of an entry. The sealed org part has them too, so that index rows can be rebuilt. */
export interface IndexKeys {
  readonly transactionId?: string;
  readonly participantId?: string;
  readonly requestId?: string;
  readonly grantId?: string;
}

/** The fields that `GET /confidential/access/logs` shows of an access or its refusal. */
export interface AccessFacts {
  readonly dataAccessed: readonly string[];
  readonly success: boolean;
  readonly error?: string;
  readonly authorizedBy?: string;
}

/** One act to be recorded. Everything but class, outcome and `pub` is sealed. */
export interface AuditEvent {
  readonly class: EntryClass;
  readonly outcome: EntryOutcome;
  readonly action: string;
  /** `<table>:<id>`, which the completeness trigger looks for. If empty, the entry records no row. */
  readonly subjects: readonly string[];
  readonly purpose?: string;
  /** Sealed in the org part. */
  readonly details?: Readonly<Record<string, Json>>;
  /** Access request whose compartment fences this entry. */
  readonly caseId?: string;
  /** Sealed in the case part; needs `caseId`. */
  readonly caseDetails?: Readonly<Record<string, Json>>;
  /** Sealed in the suspicion part. Then only the compliance duty can see the entry. */
  readonly suspicion?: Readonly<Record<string, Json>>;
  readonly pub?: PublicDetails;
  readonly index?: IndexKeys;
  readonly access?: AccessFacts;
}
