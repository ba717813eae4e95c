import type { Escalation, Stage } from "@/lib/access/requests/schema";
import type { Level } from "@/lib/vocabulary";

/** The requester, and their organisation. */
export interface FilingFacts {
  readonly requesterUserId: string;
  readonly requesterOrganisationId: string;
  /** False while it is a draft, or when it was withdrawn as one: it never reached other people. */
  readonly isSent: boolean;
  /** To whom the overdue request has escalated. */
  readonly escalatedTo?: Escalation | undefined;
  /** Users named as co-viewers; a removed co-viewer still counts for conflicts of interest. */
  readonly coViewers?: readonly string[] | undefined;
  /** What relates the caller to the asking side, other than membership of the requester's organisation. */
  readonly tie?: "co-viewer" | "second-account" | "organisation" | undefined;
  /** From whom it is sealed now: staff of organisations that are parties to its transactions. */
  readonly sealedFrom?: readonly string[] | undefined;
}

interface ViewingFacts {
  /** Current co-viewers. */
  readonly viewers: readonly string[];
}

interface ReleasedFacts {
  /** Executives released it: only they and its holder can end it. */
  readonly isReleased: boolean;
}

/** The facts that decide each action, in addition to the caller. */
export interface ActionFacts {
  readonly "request.create": {
    readonly purpose: string;
    readonly level: Level;
    /** Purposes that the policies open to this person at some level, and whether this one is open at this level. */
    readonly purposes: readonly string[];
    readonly isLevelOpen: boolean;
  };
  readonly "request.read": FilingFacts;
  readonly "request.change": FilingFacts;
  readonly "request.comment": FilingFacts;
  readonly "request.review": FilingFacts;
  readonly "request.decide": FilingFacts & {
    readonly stage: Stage;
    /** People who have decided on it before. */
    readonly deciders: readonly string[];
    /** A participant of the decider's organisation is a party to a requested transaction. */
    readonly isParty: boolean;
  };
  readonly "request.steer": FilingFacts & {
    readonly isParty: boolean;
    /** Privilege is a question of law. */
    readonly isLegalOnly: boolean;
  };
  readonly "request.release": FilingFacts & {
    /** A participant of the executive's organisation is a party to a requested transaction. */
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
