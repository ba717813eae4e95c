import type { AuthorizationState, GrantState } from "@/lib/access/requests/schema";
import type { Proof } from "@/lib/context/principal";
import type { OfficeFacts } from "@/lib/organisations/hours";
import type { Duty, GroupName, InstrumentKind, Level, Role } from "@/lib/vocabulary";

/** The reader, as the rules see them. */
export interface SubjectFacts {
  readonly userId: string;
  readonly handle: string;
  readonly organisationId: string;
  readonly participantId?: string;
  readonly role: Role;
  readonly duties: readonly Duty[];
  readonly isActive: boolean;
  readonly proof: Proof;
  /**
   * Whether the person has a second factor. If so, an own opening needs it fresh; otherwise it needs a fresh password.
   */
  readonly hasSecondFactor: boolean;
}

/** The requested record. */
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

/** One approval on which a grant rests. */
export interface ApprovalFacts {
  readonly approverUserId: string;
  readonly approverOrganisationId: string;
}

/** The legal basis of a grant. */
export interface AuthorizationFacts {
  readonly id: string;
  readonly kind: InstrumentKind;
  readonly state: AuthorizationState;
  readonly validFrom: Date;
  readonly validUntil: Date;
}

/** The dispute that a masked grant for support rests on, instead of a request and its approvals. */
export interface DisputeFacts {
  readonly id: string;
  /** Neither resolved nor withdrawn. */
  readonly isLive: boolean;
  /** The support person who has taken it. Only they may use the grant. */
  readonly takenBy: string | undefined;
  /** Organisations of the transaction's participants. */
  readonly partyOrganisations: readonly string[];
}

/** The use of break-glass that a masked grant rests on. */
export interface BreakGlassFacts {
  readonly id: string;
  /** Organisations of the transactions' participants. */
  readonly partyOrganisations: readonly string[];
}

/**
 * A grant as the rules see it: with its authorization and the people who decided. It rests on a request or a dispute.
 */
export interface GrantFacts {
  readonly id: string;
  readonly requestId?: string;
  readonly dispute?: DisputeFacts;
  readonly breakGlass?: BreakGlassFacts;
  readonly subjectUserId: string;
  /** People named as co-viewers: for conflicts of interest. */
  readonly coViewers?: readonly string[];
  /** Current co-viewers: of the subject's organisation and role, active, not removed. */
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

/** How the requester signed this opening. `unbound`: not signed, which only an evaluation instance accepts. */
export type OpeningProof = "signed" | "evaluation" | "unbound";

/** All facts that decide an opening. The rules read nothing else: no clock, database or environment. */
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
