// Questions of a decision to the policies in force, as plain data. lib/access/policy answers them; this file has types
// only, so that the context of a call can name them.
import type { GroupName, InstrumentKind, Level, Role } from "@/lib/vocabulary";

/** The reader, as policies see them: a role and an organisation, never a person. */
export interface PolicyPrincipal {
  readonly role: Role;
  readonly organisation: string;
  readonly duties: readonly string[];
  readonly isSupport: boolean;
}

/** Clock and calendar of the reader's organisation. An unknown zone reads as closed. */
export interface OfficeQuestion {
  /** The organisation has hours of its own. */
  readonly setsHours: boolean;
  /** These hours are open now. */
  readonly isOpen: boolean;
  /** 1 is Monday. */
  readonly weekday: number;
  /** Minutes since midnight. */
  readonly minute: number;
  readonly isHoliday: boolean;
}

/** May one group of a record be opened at this level? */
export interface OpenQuestion {
  readonly action: "open";
  readonly principal: PolicyPrincipal;
  readonly resource: { readonly ageDays: number; readonly retentionClass: string; readonly isKept: boolean };
  readonly context: {
    readonly purpose: string;
    readonly group: GroupName;
    readonly level: "masked" | "full";
    readonly isParty: boolean;
    /** The date in the organisation's zone as a number, 20261129. */
    readonly day: number;
    /** Minutes since the last proof of identity. */
    readonly factorMinutes: number;
    /** A reason for an opening outside hours was given. */
    readonly hasOverride: boolean;
    readonly office: OfficeQuestion;
    readonly grant?: {
      readonly kind: "request" | "dispute" | "emergency";
      readonly level: Level;
      readonly approvals: number;
      readonly viewsUsed: number;
    };
    readonly authority?: { readonly kind: InstrumentKind; readonly state: string };
  };
}

/** May a request for this purpose be filed at this level? */
export interface RequestQuestion {
  readonly action: "request";
  readonly principal: PolicyPrincipal;
  readonly context: { readonly purpose: string; readonly level: Level };
}

export type PolicyQuestion = OpenQuestion | RequestQuestion;

/** The answer, and the policies that decided it: those that permit, or those that forbid. Empty if no policy permits. */
export interface PolicyAnswer {
  readonly isAllowed: boolean;
  readonly policies: readonly string[];
  /** A policy could not be evaluated. The answer is then a refusal, whatever the other policies say. */
  readonly isBroken: boolean;
}

/** Numbers of a policy set. */
export interface PolicyNumbers {
  readonly quorums: { readonly legal: number; readonly coordinator: number };
  readonly grants: { readonly max_views: number; readonly max_exports: number; readonly max_days: number };
  readonly review_days: number;
}

/** A policy set that is ready to answer. Pure: one question always has one answer. */
export interface DecidingSet {
  /** Digest of the document and of the source of the floor. Every entry and grant that it decided names it. */
  readonly version: string;
  /** Digest of the document. */
  readonly digest: string;
  /** Number of the stored set; absent for one that is not stored. */
  readonly number?: number | undefined;
  readonly settings: PolicyNumbers;
  /** Answers one question. */
  ask(question: PolicyQuestion): PolicyAnswer;
  /** Returns whether a policy permits it, even if another one forbids it. For explanations only. */
  permits(question: PolicyQuestion): boolean;
  /** Whole numbers with which the policies compare this attribute, e.g. `minute`, in order. */
  boundsOf(attribute: string): readonly number[];
}

/** The set in force. People know it by its number. */
export interface ActiveSet extends DecidingSet {
  readonly number: number;
}

/** Whether a set decides, or why not: it could not be loaded, or its text in the database does not have its digest. */
export type PolicyState = "active" | "unavailable" | "altered";

/** The policies of this process. */
export interface Policies {
  /** Returns the set in force. Throws `policy.unavailable` if it could not be loaded. */
  active(): ActiveSet;
  /**
   * Makes sure that `active` is the set with this activation, which a database statement named as the newest. Loads
   * that set if this process has not switched to it yet. Throws `policy.unavailable` if that is not possible.
   */
  follow(activation: number | undefined): Promise<void>;
  /** Reads again which set is in force, and whether its text is unchanged. Never throws. */
  check(): Promise<PolicyState>;
}
