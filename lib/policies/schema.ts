import { z } from "zod";
import { PolicyDocument } from "@/lib/access/policy/policy-document";
import { PolicyStatement } from "@/lib/escrow/protocol/policy-order";
import { StatementSignature } from "@/lib/escrow/protocol/statements";
import {
  Instant,
  integerText,
  pageQuery,
  Receipt,
  unreadableRows,
  visibleLine,
  visibleText,
} from "@/lib/schema";

// The room policies: the rules as numbered sets that people write, agree to and activate. store.ts has the rows,
// active-set.ts the set that decides in this process, dry-run and proof what a draft would change.

export const SetState = z.enum([
  "draft",
  "submitted",
  "approved",
  "scheduled",
  "active",
  "superseded",
  "rolled_back",
  "withdrawn",
  "refused",
]);
export type SetState = z.infer<typeof SetState>;

/** What the solver found about new permissions. Only `proved` means that no one gains. */
export const ProofOutcome = z.enum(["proved", "counterexample", "undecided"]);
export type ProofOutcome = z.infer<typeof ProofOutcome>;

export const ApprovalDecision = z.enum(["approve", "refuse", "send_back"]);
export type ApprovalDecision = z.infer<typeof ApprovalDecision>;

const Title = visibleLine(200);
const Reason = visibleText(1000);
const Time = z.string();

/** What an approver, or the person who goes back, signs for the custodian; absent where the portal signs in an evaluation. */
const OrderSignature = StatementSignature.optional().describe(
  "Signature over to_sign as a statement of kind policy. Absent where the portal signs for people without a key.",
);

/** One set in the list. */
export const PolicySetSummary = z.object({
  number: z.int(),
  state: SetState,
  title: z.string(),
  /** Null for the first set, which the portal wrote. */
  author: z.string().nullable(),
  based_on: z.int().nullable(),
  created_at: Time,
  submitted_at: Time.nullable(),
  /** When it became active, or is scheduled to. */
  active_from: Time.nullable(),
  ended_at: Time.nullable(),
  document_digest: z.string(),
  /** Whether someone gains; null before it was submitted. */
  gains: z.boolean().nullable(),
});
export type PolicySetSummary = z.infer<typeof PolicySetSummary>;

/** The caller's acts on a set, as they are possible now. */
export const SetAct = z.enum(["save", "submit", "decide", "schedule", "activate", "roll_back", "withdraw"]);
export type SetAct = z.infer<typeof SetAct>;

export const SetApproval = z.object({
  by: z.string(),
  decision: ApprovalDecision,
  duties: z.array(z.enum(["approve", "legal"])),
  reason: z.string(),
  at: Time,
  /** Whether it is of the present submission. */
  counts: z.boolean(),
});

export const SetActivation = z.object({
  seq: z.int(),
  why: z.enum(["first", "activate", "roll_back", "build"]),
  version: z.string(),
  by: z.string().nullable(),
  at: Time,
  entry_id: z.string(),
});

/** The newest dry run that was asked for a set. */
export const SetDryRun = z.object({
  id: z.string(),
  state: z.enum(["queued", "running", "done", "cancelled", "failed"]),
  base_number: z.int(),
  /** Whether it is of the present document against the set that is active now. */
  is_current: z.boolean(),
  outcome: ProofOutcome.nullable(),
});

export const PolicySetView = PolicySetSummary.extend({
  reason: z.string(),
  revision: z.int(),
  /** Number of the set that its change is compared with: the active one, or once it was in force the one before it. */
  compared_with: z.int().nullable(),
  end_reason: z.string().nullable(),
  document: PolicyDocument,
  /** Digest of document and floor, by this build. */
  version: z.string(),
  approvals: z.array(SetApproval),
  activations: z.array(SetActivation),
  dry_run: SetDryRun.nullable(),
  /** Of an agreed set that gives access or shortens a period: the earliest time for its activation. Null: at once. */
  earliest: Time.nullable(),
  /** What the submission still needs; empty where it needs no approval. */
  needs: z.array(z.enum(["approval", "legal"])),
  may: z.array(SetAct),
  /** The statement that the caller signs to approve this set or to go back to it; null where they do neither. */
  to_sign: PolicyStatement.nullable(),
});
export type PolicySetView = z.infer<typeof PolicySetView>;

/** The answer to an act: the set without its document, which an act does not change unless it was given. */
export const PolicySetAnswer = PolicySetView.omit({ document: true, to_sign: true }).extend({
  receipt: Receipt,
});
export type PolicySetAnswer = z.infer<typeof PolicySetAnswer>;

export const PolicySetQuery = z.strictObject({
  state: SetState.optional(),
  limit: pageQuery.limit,
  cursor: integerText(1, 2_147_483_647).optional().describe("The next_cursor of the page before."),
});
export type PolicySetQuery = z.infer<typeof PolicySetQuery>;

export const PolicySetList = z.object({
  items: z.array(PolicySetSummary),
  unreadable: unreadableRows,
  next_cursor: z.string().nullable(),
  /** The number of the set that decides; null while no set can be used. */
  active: z.int().nullable(),
  may_create: z.boolean(),
});
export type PolicySetList = z.infer<typeof PolicySetList>;

export const PolicySetPath = z.strictObject({ number: integerText(1, 2_147_483_647) });

export const NewPolicySet = z.strictObject({
  title: Title,
  reason: Reason,
  based_on: z
    .int()
    .min(1)
    .max(2_147_483_647)
    .optional()
    .describe("Number of a set; the active one if absent."),
});
export type NewPolicySet = z.infer<typeof NewPolicySet>;

export const SavedPolicySet = z.strictObject({
  document: PolicyDocument,
  title: Title.optional(),
  reason: Reason.optional(),
});
export type SavedPolicySet = z.infer<typeof SavedPolicySet>;

/** One fault of a document, at its place. */
export const PolicyFault = z.object({
  /** Id of the policy; null for a fault of the whole set. */
  policy: z.string().nullable(),
  /** From 1, in the policy's text. An example that is not met has no place there. */
  line: z.int().nullable(),
  column: z.int().nullable(),
  /** Characters at fault; 0 where the whole policy is. */
  length: z.int(),
  /** Name of the example that is not met. */
  example: z.string().nullable(),
  message: z.string(),
});
export type PolicyFault = z.infer<typeof PolicyFault>;

export const ValidateBody = z.strictObject({
  document: z
    .record(z.string().max(100), z.unknown())
    .optional()
    .describe("The document to check as it is; without it, the set's own."),
});
export type ValidateBody = z.infer<typeof ValidateBody>;
export const ValidateAnswer = z.object({
  valid: z.boolean(),
  faults: z.array(PolicyFault),
  /** Null where the document has no form that can be hashed. */
  document_digest: z.string().nullable(),
});
export type ValidateAnswer = z.infer<typeof ValidateAnswer>;

export const DecideBody = z.strictObject({
  decision: ApprovalDecision,
  reason: Reason,
  revision: z
    .int()
    .min(1)
    .describe("Revision of the set that was read. A decision about an earlier one is refused."),
  signature: OrderSignature,
});
export type DecideBody = z.infer<typeof DecideBody>;

export const ScheduleBody = z.strictObject({ at: Instant });
export type ScheduleBody = z.infer<typeof ScheduleBody>;

export const EndSetBody = z.strictObject({ reason: Reason });
export type EndSetBody = z.infer<typeof EndSetBody>;

export const RollBackBody = z.strictObject({
  to: z.int().min(1).max(2_147_483_647),
  reason: Reason,
  signature: OrderSignature,
});
export type RollBackBody = z.infer<typeof RollBackBody>;
