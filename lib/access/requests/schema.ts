import { z } from "zod";
import { MAX_CO_VIEWERS, StatementSignature } from "@/lib/escrow/protocol/statements";
import { Instant, InstantOrDate, RecordName, visibleLine, visibleText } from "@/lib/schema";
import { GroupName, Level, Purpose } from "@/lib/vocabulary";

// The bodies that calls about requests take. Answers are in answer-schema.ts.

/** What is known of a document's content. A document is "clean" only after a scan. */
export const ScanState = z.enum(["not scanned", "pending", "clean", "infected"]);
export type ScanState = z.infer<typeof ScanState>;

export const RequestState = z.enum([
  "draft",
  "submitted",
  "document_check",
  "stage_1",
  "stage_2",
  "approved",
  "active",
  "expired",
  "revoked",
  "exhausted",
  "closed",
  "withdrawn",
  "denied",
  "expired_unreviewed",
  "overdue",
  "needs_information",
  "extended",
  "partial",
  "objected",
]);
export type RequestState = z.infer<typeof RequestState>;

/** To whom an overdue request has escalated: first the head of compliance, then the designated executive. */
export const Escalation = z.enum(["compliance", "executive"]);
export type Escalation = z.infer<typeof Escalation>;

export const AuthorizationState = z.enum([
  "draft",
  "submitted",
  "signature_verified",
  "legal_review",
  "attested",
  "approved",
  "active",
  "exhausted",
  "expired",
  "revoked",
  "suspended",
  "closed",
]);
export type AuthorizationState = z.infer<typeof AuthorizationState>;

export const GrantState = z.enum(["pending", "active", "revoked", "expired", "exhausted"]);
export type GrantState = z.infer<typeof GrantState>;

/** `former_log`: it is in force by its terms, but the custodian has it for a log that was closed and opens nothing. */
export const ShownGrantState = z.enum([...GrantState.options, "former_log"]);
export type ShownGrantState = z.infer<typeof ShownGrantState>;

export const Assurance = z.enum(["evaluation", "signed"]);
export type Assurance = z.infer<typeof Assurance>;

export const Stage = z.enum(["legal", "coordinator"]);
export type Stage = z.infer<typeof Stage>;

export const Fields = z
  .array(GroupName)
  .min(1)
  .max(GroupName.options.length)
  .refine((names) => new Set(names).size === names.length, "names a group twice");

export const MAX_TRANSACTIONS = 1_000;
const Uuid = z.uuid().toLowerCase();
const TransactionIds = z.array(Uuid).min(1).max(MAX_TRANSACTIONS);
export const TransactionQuery = z
  .strictObject({
    job_id: visibleLine(256).optional(),
    participant: z.string().min(1).max(64).optional(),
    from: Instant.optional(),
    to: Instant.optional(),
    /** Refused until the blind index exists: a reference is a sealed value. */
    reference: z.never({ error: "cannot be searched yet" }).optional(),
  })
  .refine((query) => Object.values(query).some((value) => value !== undefined), "asks for nothing");
export type TransactionQuery = z.infer<typeof TransactionQuery>;

const askedMembers = {
  purpose: Purpose,
  justification: visibleText(4_000),
  legal_basis: visibleText(1_000).optional(),
  transactions: z.array(RecordName).min(1).max(MAX_TRANSACTIONS).optional(),
  query: TransactionQuery.optional(),
  fields: Fields,
  level: Level,
  from: Instant.optional(),
  until: Instant.optional(),
  max_views: z.int().min(1).max(10_000),
  /** Co-viewers: handle or address of each. */
  co_viewers: z
    .array(visibleLine(320))
    .max(MAX_CO_VIEWERS)
    .refine((names) => new Set(names).size === names.length, "names a person twice")
    .optional(),
  /** Exports of the log about its records; by default none. */
  max_exports: z.int().min(0).max(100),
};

export const NewRequest = z
  .strictObject({
    ...askedMembers,
    level: askedMembers.level.default("full"),
    /** Absent: 20 views and 5 exports, or fewer where the policies allow fewer. */
    max_views: askedMembers.max_views.optional(),
    max_exports: askedMembers.max_exports.optional(),
  })
  .refine((body) => (body.transactions === undefined) !== (body.query === undefined), {
    path: ["transactions"],
    error: "give either transactions or query",
  });
export type NewRequest = z.infer<typeof NewRequest>;

export const ChangedRequest = z
  .strictObject({
    ...askedMembers,
    purpose: askedMembers.purpose.optional(),
    justification: askedMembers.justification.optional(),
    fields: askedMembers.fields.optional(),
    level: askedMembers.level.optional(),
    max_views: askedMembers.max_views.optional(),
    max_exports: askedMembers.max_exports.optional(),
    /** Null removes the value (RFC 7396). */
    legal_basis: askedMembers.legal_basis.nullable(),
    from: askedMembers.from.nullable(),
    until: askedMembers.until.nullable(),
    /** The version that was read, for callers that cannot send If-Match. */
    version: z.int().min(1).optional(),
  })
  .refine((body) => body.transactions === undefined || body.query === undefined, {
    path: ["transactions"],
    error: "give either transactions or query",
  });
export type ChangedRequest = z.infer<typeof ChangedRequest>;

export const Confirms = z.strictObject({
  issuer: z.string().min(1).max(300),
  case_number: z.string().min(1).max(200),
  valid_from: InstantOrDate,
  valid_until: InstantOrDate,
});
export type Confirms = z.infer<typeof Confirms>;

/** The transactions that a decider leaves: a set, so that its size shows whether it is narrower. */
const KeptTransactions = TransactionIds.refine(
  (ids) => new Set(ids).size === ids.length,
  "names a transaction twice",
);

const decisionMembers = {
  stage: Stage,
  decision: z.enum(["approve", "deny", "ask"]),
  comment: visibleText(4_000),
  scope: z.strictObject({ transactions: KeptTransactions.optional(), fields: Fields.optional() }).optional(),
  until: Instant.optional(),
  /**
   * Fewer views than were asked for, and fewer exports or none. The number of exports is stored with the signed
   * statement (ADR 0048).
   */
  max_views: z.int().min(1).max(10_000).optional(),
  max_exports: z.int().min(0).max(100).optional(),
  confirms: Confirms.optional(),
  /** Recognition basis of a foreign order that states none: recorded by the legal reviewer who approves. */
  recognition_basis: visibleText(1_000).optional(),
};

/** Whether a body records a basis only where that is allowed: with an approval of the stage legal. */
const recordsAsLegal = (body: {
  readonly stage: Stage;
  readonly decision: string;
  readonly recognition_basis?: unknown;
}): boolean =>
  body.recognition_basis === undefined || (body.stage === "legal" && body.decision === "approve");
const ONLY_LEGAL = { path: ["recognition_basis"], error: "is for an approval of the stage legal only" };

/**
 * A reading attests the order, so it comes with an approval. Otherwise a person could submit one to see what others
 * have read.
 */
const readsOnlyToApprove = (body: { readonly decision: string; readonly confirms?: unknown }): boolean =>
  body.decision === "approve" || body.confirms === undefined;
const ONLY_TO_APPROVE = { path: ["confirms"], error: "is for an approval only" };

export const NewStatement = z
  .strictObject(decisionMembers)
  .refine(readsOnlyToApprove, ONLY_TO_APPROVE)
  .refine(recordsAsLegal, ONLY_LEGAL);
export type NewStatement = z.infer<typeof NewStatement>;

export const NewDecision = z
  .strictObject({ ...decisionMembers, signature: StatementSignature.optional() })
  .refine(readsOnlyToApprove, ONLY_TO_APPROVE)
  .refine(recordsAsLegal, ONLY_LEGAL);
export type NewDecision = z.infer<typeof NewDecision>;

/** The server compares the domain of the officer's address itself. */
export const NewIdentityCheck = z
  .strictObject({
    /** One of the numbers of the agency's record, as the review names them; absent if no call was made. */
    called_number: visibleLine(60).optional(),
    /** The officer was reached there and confirmed the request. */
    is_confirmed: z.boolean(),
    note: visibleText(2_000),
  })
  .refine((body) => !body.is_confirmed || body.called_number !== undefined, {
    path: ["called_number"],
    error: "is missing",
  });
export type NewIdentityCheck = z.infer<typeof NewIdentityCheck>;

/** Who looks after a request, by handle; null for no one. */
export const NewAssignee = z.strictObject({ person: visibleLine(160).nullable() });
export type NewAssignee = z.infer<typeof NewAssignee>;

/** Removes a co-viewer from a submitted request, by handle. */
export const NewCoViewerEnd = z.strictObject({ person: visibleLine(160), reason: visibleText(2_000) });
export type NewCoViewerEnd = z.infer<typeof NewCoViewerEnd>;
