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

/** What a compartment's row says of its kind; undefined where there is no such kind: no part lies in its place there. */
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

/** The closed public member `pub` of an entry: whatever others must be able to check. */
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

/** Search keys of an entry; they stand in the sealed org part too, so that index rows can be rebuilt. */
export interface IndexKeys {
  readonly transactionId?: string;
  readonly participantId?: string;
  readonly requestId?: string;
  readonly grantId?: string;
}

/** What `GET /confidential/access/logs` shows of an access or its refusal. */
export interface AccessFacts {
  readonly dataAccessed: readonly string[];
  readonly success: boolean;
  readonly error?: string;
  readonly authorizedBy?: string;
}

/** One act to be written down. Everything but class, outcome and `pub` is sealed. */
export interface AuditEvent {
  readonly class: EntryClass;
  readonly outcome: EntryOutcome;
  readonly action: string;
  /** `<table>:<id>` as the completeness trigger looks for; when empty the entry speaks for itself only. */
  readonly subjects: readonly string[];
  readonly purpose?: string;
  /** Sealed in the org part. */
  readonly details?: Readonly<Record<string, Json>>;
  /** Access request whose compartment fences this entry. */
  readonly caseId?: string;
  /** Sealed in the case part; needs `caseId`. */
  readonly caseDetails?: Readonly<Record<string, Json>>;
  /** Sealed in the part of suspicion; the whole entry is then for the duty compliance alone. */
  readonly suspicion?: Readonly<Record<string, Json>>;
  readonly pub?: PublicDetails;
  readonly index?: IndexKeys;
  readonly access?: AccessFacts;
}
