import type { Escalation, Stage } from "@/lib/access/requests/schema";
import type { Level } from "@/lib/vocabulary";

/** Who filed a request, and for which organisation. */
export interface FilingFacts {
  readonly requesterUserId: string;
  readonly requesterOrganisationId: string;
  /** False while it is a draft, or when it was withdrawn as one: nobody else was ever asked. */
  readonly isSent: boolean;
  /** Who has been told that its answer is overdue. */
  readonly escalatedTo?: Escalation | undefined;
  /** Users named to look beside the requester; whoever was taken out since stays one for conflicts. */
  readonly coViewers?: readonly string[] | undefined;
  /** What ties the caller to those who ask, beside his organisation's being the requester's. */
  readonly tie?: "co-viewer" | "second-account" | "organisation" | undefined;
  /** From whom it is sealed now: staff of organisations that are parties to its transactions. */
  readonly sealedFrom?: readonly string[] | undefined;
}

interface ViewingFacts {
  /** Co-viewers who may look now. */
  readonly viewers: readonly string[];
}

interface ReleasedFacts {
  /** Executives released it: nobody else ends it but its holder. */
  readonly isReleased: boolean;
}

/** What each action is decided by, beside who asks. */
export interface ActionFacts {
  readonly "request.create": { readonly purpose: string; readonly level: Level };
  readonly "request.read": FilingFacts;
  readonly "request.change": FilingFacts;
  readonly "request.comment": FilingFacts;
  readonly "request.review": FilingFacts;
  readonly "request.decide": FilingFacts & {
    readonly stage: Stage;
    /** People who have decided on it before. */
    readonly deciders: readonly string[];
    /** A participant of the decider's organisation is a party to a transaction that is asked for. */
    readonly isParty: boolean;
  };
  readonly "request.steer": FilingFacts & {
    readonly isParty: boolean;
    /** Privilege is a question of law. */
    readonly isLegalOnly: boolean;
  };
  readonly "request.release": FilingFacts & {
    /** A participant of the executive's organisation is a party to a transaction that is asked for. */
    readonly isParty: boolean;
  };
  readonly "identity.check": FilingFacts;
  readonly "request.end-co-viewer": FilingFacts;
  readonly "grant.read": FilingFacts & Partial<ReleasedFacts & ViewingFacts>;
  readonly "grant.revoke": FilingFacts & ReleasedFacts & Partial<ViewingFacts>;
  readonly "grant.end-release": FilingFacts & ReleasedFacts & Partial<ViewingFacts>;
  readonly "grant.open": FilingFacts & Partial<ViewingFacts>;
}
export type Action = keyof ActionFacts;
