import { z } from "zod";
import { AgreementState, Reason } from "@/lib/administration/agreements/schema";
import { PersonLook, PersonState, SignsInWith } from "@/lib/administration/people/schema";
import { AccessReviewStatement, StatementSignature } from "@/lib/escrow/protocol/statements";
import { CalendarDate, pageOf, pageQuery, Receipt } from "@/lib/schema";
import { Duty, GroupName, Level, Role } from "@/lib/vocabulary";

/** `lapsed`: the due day came before everything was decided and signed. */
export const ReviewState = z.enum(["running", "signed", "lapsed"]);
export type ReviewState = z.infer<typeof ReviewState>;

export const SubjectKind = z.enum(["person", "program"]);
export type SubjectKind = z.infer<typeof SubjectKind>;

export const ReviewDecision = z.enum(["keep", "change", "remove"]);
export type ReviewDecision = z.infer<typeof ReviewDecision>;

/** What a person or program may do, as a review shows and keeps it. */
export const ReviewFacts = z.object({
  name: z.string(),
  /** The person a program belongs to; null for people. */
  owner: z.string().nullable(),
  organisation: z.string(),
  role: Role,
  duties: z.array(Duty),
  /** Further organisations that the person belongs to. */
  memberships: z.array(z.string()),
  participant: z.string().nullable(),
  /** What a program's key may call; empty for people. */
  scopes: z.array(z.string()),
  state: PersonState,
  signs_in_with: SignsInWith,
  since: z.string(),
  /** When a program's key ends; null without an end, and for people. */
  ends_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
  looks: z.array(PersonLook),
});
export type ReviewFacts = z.infer<typeof ReviewFacts>;

const LiveGrant = z.object({
  id: z.string(),
  reference: z.string().nullable(),
  fields: z.array(GroupName),
  level: Level,
  records: z.int(),
  views_left: z.int(),
  until: z.string(),
});
export type LiveGrant = z.infer<typeof LiveGrant>;

/** What only readers who know of requests and grants see of a person. */
export const KnownUse = z.object({
  /** Entries of the person in the last 90 days without reads; 1,000 at most. Null for programs. */
  acts: z.int().nullable(),
  grants: z.array(LiveGrant),
});
export type KnownUse = z.infer<typeof KnownUse>;

export const ReviewRow = z.object({
  id: z.string(),
  subject: z.object({ kind: SubjectKind, id: z.string() }),
  facts: ReviewFacts,
  /** Names what the person may do now; a decision takes it. */
  version: z.string(),
  /** The same of when it was decided, as the signature covers it. */
  decided_version: z.string().nullable(),
  /** Null where the reader may not know of requests and grants, and after the review. */
  use: KnownUse.nullable(),
  is_close: z.boolean(),
  /** The person left or the key ended since the review began: no decision is needed. */
  is_gone: z.boolean(),
  is_own: z.boolean(),
  /** Who may decide, by name. */
  reviewers: z.array(z.string()),
  may_decide: z.boolean(),
  decision: ReviewDecision.nullable(),
  reason: z.string().nullable(),
  decided_by: z.string().nullable(),
  decided_at: z.string().nullable(),
  agreement: z.object({ id: z.string(), state: AgreementState }).nullable(),
  is_signed: z.boolean(),
  /** Whether the caller's signature would cover it now. */
  to_sign: z.boolean(),
  paused: z.array(Duty),
});
export type ReviewRow = z.infer<typeof ReviewRow>;

const Counts = z.object({
  rows: z.int(),
  decided: z.int(),
  keep: z.int(),
  change: z.int(),
  remove: z.int(),
  paused: z.int(),
  /** Rows without a decision that the caller may decide. */
  left: z.int(),
  /** Rows without a decision that anyone has to decide. */
  open: z.int(),
});
export type ReviewCounts = z.infer<typeof Counts>;

export const ReviewSummary = z.object({
  id: z.string(),
  state: ReviewState,
  begun_at: z.string(),
  /** Null where the portal began it by itself. */
  begun_by: z.string().nullable(),
  due_at: z.string(),
  ended_at: z.string().nullable(),
  digest: z.string().nullable(),
  counts: Counts,
});
export type ReviewSummary = z.infer<typeof ReviewSummary>;

export const ReviewList = pageOf(ReviewSummary).extend({
  /** When the next one begins by itself. */
  next_at: z.string(),
  may_begin: z.boolean(),
});
export type ReviewList = z.infer<typeof ReviewList>;

export const ReviewSignature = z.object({
  by: z.string(),
  at: z.string(),
  rows: z.int(),
  proof: z.enum(["passkey", "ed25519", "evaluation", "step-up"]),
});

/** Why the caller cannot sign now; null when they can. */
export const SignBlock = z.enum(["undecided", "nothing", "ended"]);
export type SignBlock = z.infer<typeof SignBlock>;

export const Review = ReviewSummary.extend({
  rows: pageOf(ReviewRow),
  organisations: z.array(z.object({ id: z.string(), name: z.string() })),
  signatures: z.array(ReviewSignature),
  /** What the caller signs; null where `sign_block` says why not. */
  statement: AccessReviewStatement.nullable(),
  sign_block: SignBlock.nullable(),
});
export type Review = z.infer<typeof Review>;

export const ReviewPath = z.strictObject({ id: z.uuid().toLowerCase() });
export const ReviewListQuery = z.strictObject({ ...pageQuery });
export type ReviewListQuery = z.infer<typeof ReviewListQuery>;

export const ReviewQuery = z.strictObject({
  view: z
    .enum(["all", "close", "left"])
    .default("all")
    .describe("close: the row has a warning; left: without a decision."),
  organisation: z.uuid().toLowerCase().optional(),
  ...pageQuery,
});
export type ReviewQuery = z.infer<typeof ReviewQuery>;

export const NewReview = z.strictObject({
  due_on: CalendarDate.optional().describe("Last day in UTC, 1 to 90 days ahead; 21 days ahead by default."),
});
export type NewReview = z.infer<typeof NewReview>;

export const ReviewAnswer = ReviewSummary.extend({ receipt: Receipt });
export type ReviewAnswer = z.infer<typeof ReviewAnswer>;

export const DecisionBody = z.strictObject({
  rows: z
    .array(z.strictObject({ id: z.uuid().toLowerCase(), version: z.string().min(1).max(80) }))
    .min(1)
    .max(100)
    .refine((rows) => new Set(rows.map(({ id }) => id)).size === rows.length, "names one twice"),
  decision: ReviewDecision,
  reason: Reason.optional().describe("Needed for change and remove, which take one row at a time."),
  role: Role.optional().describe("With change: the new role of the person."),
  duties: z
    .array(Duty)
    .max(Duty.options.length)
    .refine((duties) => new Set(duties).size === duties.length, "names one twice")
    .optional()
    .describe("With change: the new duties of the person."),
});
export type DecisionBody = z.infer<typeof DecisionBody>;

export const DecidedAnswer = z.object({
  id: z.string(),
  decision: ReviewDecision,
  rows: z.array(z.string()),
  /** The change that now waits for a second person. */
  agreement_id: z.string().nullable(),
  counts: Counts,
  receipt: Receipt,
});
export type DecidedAnswer = z.infer<typeof DecidedAnswer>;

export const SignBody = z.strictObject({
  /** Of the statement that the caller read: what was decided since is not signed unseen. */
  result: z.string().min(1).max(80),
  signature: StatementSignature.optional(),
});
export type SignBody = z.infer<typeof SignBody>;

export const ReviewerBody = z.strictObject({
  user_id: z.uuid().toLowerCase().nullable().describe("Null: the operator's compliance decides."),
});
export const ReviewerAnswer = z.object({
  organisation_id: z.string(),
  reviewer: z.object({ id: z.string(), name: z.string() }).nullable(),
  receipt: Receipt,
});
export type ReviewerAnswer = z.infer<typeof ReviewerAnswer>;
