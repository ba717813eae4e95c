import type { AuthorizationState, GrantState } from "@/lib/access/requests/schema";
import type { Proof } from "@/lib/context/principal";
import type { OfficeFacts } from "@/lib/organisations/hours";
import type { Duty, GroupName, InstrumentKind, Level, Role } from "@/lib/vocabulary";

/** Who asks, as the rules see them. */
export interface SubjectFacts {
  readonly userId: string;
  readonly handle: string;
  readonly organisationId: string;
  readonly participantId?: string;
  readonly role: Role;
  readonly duties: readonly Duty[];
  readonly isActive: boolean;
  readonly proof: Proof;
  /** Whether the person has a second factor, which an own opening then needs fresh; else it needs the password so. */
  readonly hasSecondFactor: boolean;
}

/** The record that is asked for. */
export interface RecordFacts {
  readonly transactionId: string;
  readonly participants: readonly string[];
  /** Participant that submitted the transaction. */
  readonly submitter: string;
  readonly createdAt: Date;
  readonly groups: readonly GroupName[];
  readonly retentionClass: string;
  readonly holdUntil?: Date;
}

/** One approval that stands behind a grant. */
export interface ApprovalFacts {
  readonly approverUserId: string;
  readonly approverOrganisationId: string;
}

/** The legal basis behind a grant. */
export interface AuthorizationFacts {
  readonly id: string;
  readonly kind: InstrumentKind;
  readonly state: AuthorizationState;
  readonly validFrom: Date;
  readonly validUntil: Date;
}

/** The dispute that a masked grant for support rests on, in place of a request and its approvals. */
export interface DisputeFacts {
  readonly id: string;
  /** Neither resolved nor withdrawn. */
  readonly isLive: boolean;
  /** Who has taken it: the grant is theirs alone. */
  readonly takenBy: string | undefined;
  /** Organisations of the transaction's participants. */
  readonly partyOrganisations: readonly string[];
}

/** The use of break-glass that a masked grant rests on. */
export interface EmergencyFacts {
  readonly id: string;
  /** Organisations of the transactions' participants. */
  readonly partyOrganisations: readonly string[];
}

/** A grant as the rules see it: with its authorization and the people who decided. It rests on a request or a dispute. */
export interface GrantFacts {
  readonly id: string;
  readonly requestId?: string;
  readonly dispute?: DisputeFacts;
  readonly emergency?: EmergencyFacts;
  readonly subjectUserId: string;
  /** Whoever was named to look beside the subject: for conflicts. */
  readonly coViewers?: readonly string[];
  /** Those of them who may look now: of the subject's organisation and role, active, not taken out. */
  readonly viewers?: readonly string[];
  readonly requesterOrganisationId: string;
  readonly transactions: readonly string[];
  readonly groups: readonly GroupName[];
  readonly level: Level;
  readonly purpose: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly maxViews: number;
  readonly viewsUsed: number;
  readonly state: GrantState;
  readonly assurance: string;
  readonly authorization?: AuthorizationFacts;
  readonly approvals: readonly ApprovalFacts[];
}

/** How the requester signed this opening. `unbound`: nobody signed it, which evaluation alone accepts. */
export type OpeningProof = "signed" | "evaluation" | "unbound";

/** Everything an opening is decided by. Nothing is read inside the rules: no clock, database or environment. */
export interface OpeningFacts {
  readonly subject: SubjectFacts;
  readonly office: OfficeFacts;
  readonly record: RecordFacts;
  readonly purpose: string;
  /** Groups named by the caller; absent: every permitted group present. */
  readonly groups?: readonly GroupName[];
  readonly grant?: GrantFacts;
  readonly opening?: OpeningProof;
  readonly hoursOverride?: { readonly reason: string };
  readonly isEvaluation: boolean;
  readonly now: Date;
}
