import { z } from "zod";
import { PersonView } from "@/lib/access/grants/opening-schema";
import { FactSources } from "@/lib/access/requests/authorization-schema";
import {
  AuthorizationState,
  Confirms,
  Escalation,
  RequestState,
  ScanState,
  Stage,
  TransactionQuery,
} from "@/lib/access/requests/schema";
import { OrderReach, SignatureReport } from "@/lib/authorities/schema";
import { DecisionStatement } from "@/lib/escrow/protocol/statements";
import { Receipt, Unreadable } from "@/lib/schema";
import { GroupName, InstrumentKind, Level, Purpose } from "@/lib/vocabulary";

/** Answers of the calls about requests. Absent members are left out, never null. */

export const DocumentView = z.object({
  sha256: z.string(),
  bytes: z.int(),
  media_type: z.string(),
  scan: ScanState,
});

export const AuthorizationView = z.object({
  id: z.string(),
  state: AuthorizationState,
  kind: InstrumentKind,
  jurisdiction: z.string(),
  /**
   * The four facts that deciders read in a paper order. They are withheld from a person who could decide and has not
   * typed them yet; then `withheld` is there instead.
   */
  issuer: z.string().optional(),
  case_number: z.string().optional(),
  valid_from: z.string().optional(),
  valid_until: z.string().optional(),
  withheld: z.literal(true).optional(),
  recognition_basis: z.string().optional(),
  sealed: z.object({ basis: z.string(), until: z.string() }).optional(),
  /** SHA-256 of its record, as every decision names it. Withheld with the facts: a guess could be checked by it. */
  record_digest: z.string().optional(),
  /** How far the order itself has been verified, as a text for people. */
  verification: z.string(),
  /** The same as a code: by its signature, by two matching readings of the paper, or not. */
  assurance: z.enum(["verified", "attested", "none"]),
  /** Each check of its signature, oldest first; absent when nothing is signed. */
  signature: z.array(SignatureReport.extend({ occasion: z.enum(["attach", "submit", "decide"]) })).optional(),
  attested_at: z.string().optional(),
  /** What a signed order reaches. */
  reach: OrderReach.optional(),
  /** It serves one request only. */
  single_use: z.boolean().optional(),
  /** How the requester gave each fact; absent where the caller did not say. */
  sources: FactSources.optional(),
  document: DocumentView.optional(),
});
export type AuthorizationView = z.infer<typeof AuthorizationView>;

/** What an approval took away from what was left before it: only its own part, and each item once. */
export const TakenAwayView = z.object({
  transactions: z.array(z.string()),
  fields: z.array(GroupName),
  /** Ends of access, before and after; absent when the end did not change. */
  until: z.object({ before: z.string(), after: z.string() }).optional(),
  max_views: z.object({ before: z.int(), after: z.int() }).optional(),
  max_exports: z.object({ before: z.int(), after: z.int() }).optional(),
});
export type TakenAwayView = z.infer<typeof TakenAwayView>;

export const DecisionView = z.object({
  id: z.string(),
  stage: Stage,
  decision: z.enum(["approve", "deny", "ask"]),
  approver: PersonView,
  comment: z.string(),
  /** An approval that took something away from what was asked. */
  narrowed: z.boolean(),
  /** Present if it narrowed; it stays, also after a denial. */
  taken_away: TakenAwayView.optional(),
  proof: z.string(),
  at: z.string(),
});

export const EventView = z.object({
  at: z.string(),
  kind: z.string(),
  by: z.string().optional(),
  by_name: z.string().optional(),
  from_state: z.string().optional(),
  to_state: z.string().optional(),
  comment: z.string().optional(),
});

/** The order as lists name it. Issuer and number are withheld from a decider who has not read it yet. */
export const ListedOrder = z.object({
  kind: InstrumentKind,
  issuer: z.string().optional(),
  case_number: z.string().optional(),
});
export type ListedOrder = z.infer<typeof ListedOrder>;

const summaryMembers = {
  id: z.string(),
  reference: z.string(),
  state: RequestState,
  purpose: Purpose,
  fields: z.array(GroupName),
  level: Level,
  transactions_count: z.int(),
  requester: PersonView,
  /** Who must act next: the deciders of a stage, or the requester with a draft or an open question. */
  waiting_for: z.enum(["legal", "coordinator", "requester"]).optional(),
  is_waiting_for_me: z.boolean(),
  authority: ListedOrder.optional(),
  /** Who looks after it, for reviewers; absent when no one does. It is no permission. */
  assignee: PersonView.pick({ handle: true, name: true }).optional(),
  /** When its reviewers should have decided. */
  due_at: z.string().optional(),
  /** When the answer is due, by the kind of instrument; absent when an answer is not required. */
  response_due_at: z.string().optional(),
  /** To whom the overdue request has escalated. */
  escalated_to: Escalation.optional(),
  created_at: z.string(),
  updated_at: z.string(),
  version: z.int(),
};

export const RequestSummary = z.object(summaryMembers);
export type RequestSummary = z.infer<typeof RequestSummary>;

const LinkedRequest = z.object({ id: z.string(), reference: z.string() });
const SteeringAct = z.enum(["extend", "object", "settle", "answer_partly"]);

/** A transaction as a list names it. */
export const JobView = z.object({ transaction_id: z.string(), job_id: z.string(), status: z.string() });

export const RequestView = z.object({
  ...summaryMembers,
  justification: z.string(),
  legal_basis: z.string().optional(),
  transactions: z.array(z.string()),
  /** The first 200 of them. */
  jobs: z.array(JobView),
  query: TransactionQuery.optional(),
  /** Co-viewers, and since when one is removed; absent when none was named. */
  co_viewers: z
    .array(PersonView.pick({ handle: true, name: true }).extend({ ended_at: z.string().optional() }))
    .optional(),
  /** The caller may remove a co-viewer. */
  may_end_co_viewers: z.boolean().optional(),
  from: z.string().optional(),
  until: z.string().optional(),
  max_views: z.int(),
  /** Exports of the log about its records that are requested for the grant; part of the signed record. */
  max_exports: z.int(),
  digest: z.string().optional(),
  authorization: AuthorizationView.optional(),
  /** The officer's first request: reviewers see a banner. */
  first_request: z.boolean(),
  identity_check: z.boolean(),
  decisions: z.array(DecisionView),
  /** How many people must approve in each stage, by the policies in force at the submission, and how many have; empty for a draft. */
  approvals: z.array(z.object({ stage: Stage, given: z.int(), needed: z.int() })),
  timeline: z.array(EventView),
  grant_id: z.string().optional(),
  /** The review clock has been paused since then: a question waits for its answer. */
  clock_paused_at: z.string().optional(),
  /** The request that was answered in part, of which this one is the rest; and the request for its own rest. */
  continues: LinkedRequest.optional(),
  continued_by: LinkedRequest.optional(),
  /** Acts that the caller may do and that neither approve nor refuse. */
  acts: z.array(SteeringAct),
  /** The latest day to which the deadline could be extended now. */
  extendable_until: z.string().optional(),
});
export type RequestView = z.infer<typeof RequestView>;

export const RequestAnswer = RequestView.extend({ receipt: Receipt });
export type RequestAnswer = z.infer<typeof RequestAnswer>;

/** A request that was withdrawn although its row cannot be read. */
export const UnreadableAnswer = Unreadable.extend({ state: RequestState, receipt: Receipt });
export type UnreadableAnswer = z.infer<typeof UnreadableAnswer>;

export const AuthorizationAnswer = AuthorizationView.extend({
  /** The draft's version now: attaching changes it. */
  request_version: z.int(),
  receipt: Receipt,
});
export type AuthorizationAnswer = z.infer<typeof AuthorizationAnswer>;

export const StatementAnswer = z.object({
  statement: DecisionStatement,
  nonce: z.string(),
  expires_at: z.string(),
  receipt: Receipt,
});
export type StatementAnswer = z.infer<typeof StatementAnswer>;

/** A stored reading, and which of the facts were read as they are on record. */
export const ReadingAnswer = z.object({
  id: z.string(),
  at: z.string(),
  matches: z.array(Confirms.keyof()),
  receipt: Receipt,
});
export type ReadingAnswer = z.infer<typeof ReadingAnswer>;

export const IdentityCheckAnswer = z.object({
  id: z.string(),
  officer: z.string(),
  is_valid: z.boolean(),
  /** The officer's address is of a domain of the agency. */
  domain_verified: z.boolean(),
  expires_at: z.string(),
  receipt: Receipt,
});
export type IdentityCheckAnswer = z.infer<typeof IdentityCheckAnswer>;
