import { z } from "zod";
import { Fields } from "@/lib/access/requests/schema";
import {
  BreakGlassStatement,
  MAX_EMERGENCY_TRANSACTIONS,
  MIN_REASON_LENGTH,
  ReviewStatement,
} from "@/lib/escrow/protocol/break-glass-statement";
import { StatementSignature } from "@/lib/escrow/protocol/statements";
import { pageQuery, Receipt, visibleText } from "@/lib/schema";
import { GroupName } from "@/lib/vocabulary";

const Uuid = z.uuid().toLowerCase();

const askedMembers = {
  transactions: z
    .array(Uuid)
    .min(1)
    .max(MAX_EMERGENCY_TRANSACTIONS)
    .refine((ids) => new Set(ids).size === ids.length, "names a transaction twice"),
  fields: Fields,
  reason: visibleText(2_000).refine(
    (text) => text.trim().length >= MIN_REASON_LENGTH,
    `has fewer than ${MIN_REASON_LENGTH} characters`,
  ),
};

/** What a break-glass holder asks to see, and why. */
export const NewBreakGlassStatement = z.strictObject(askedMembers);
export type NewBreakGlassStatement = z.infer<typeof NewBreakGlassStatement>;

/**
 * The same with the statement's nonce and signature. In an evaluation instance a person without a key leaves them out.
 */
export const NewBreakGlass = z.strictObject({
  ...askedMembers,
  signed: z.strictObject({ nonce: z.string().max(64), signature: StatementSignature }).optional(),
});
export type NewBreakGlass = z.infer<typeof NewBreakGlass>;

/** Another person's review of a use. The signature covers `{log, grant, emergency, outcome, reviewer}`. */
export const NewReview = z.strictObject({
  outcome: ReviewStatement.shape.outcome,
  comment: visibleText(4_000),
  signature: StatementSignature.optional(),
});
export type NewReview = z.infer<typeof NewReview>;

export const BreakGlassQuery = z.strictObject(pageQuery);
export type BreakGlassQuery = z.infer<typeof BreakGlassQuery>;

export const BreakGlassStatementAnswer = z.object({
  statement: BreakGlassStatement,
  nonce: z.string(),
  expires_at: z.string(),
  receipt: Receipt,
});
export type BreakGlassStatementAnswer = z.infer<typeof BreakGlassStatementAnswer>;

const PersonView = z.object({ handle: z.string(), name: z.string(), organisation: z.string() });

export const BreakGlassView = z.object({
  id: z.string(),
  /** The grant of this use, which has the same id. */
  grant_id: z.string(),
  /** Reference for people, the same as its grant's: BG and the end of its id. */
  reference: z.string(),
  holder: PersonView,
  transactions: z.array(z.string()),
  fields: z.array(GroupName),
  reason: z.string(),
  began_at: z.string(),
  not_after: z.string(),
  views_used: z.int(),
  /** `refused`: the custodian gave nothing, and no review is due. */
  state: z.enum(["pending", "running", "review_due", "reviewed", "refused"]),
  review_by: z.string(),
  /** SHA-256 of its statement, which the review names. */
  statement_digest: z.string(),
  proof: z.string(),
  review: z
    .object({
      by: PersonView,
      at: z.string(),
      outcome: ReviewStatement.shape.outcome,
      comment: z.string(),
      late: z.boolean(),
      proof: z.string(),
    })
    .optional(),
  acts: z.array(z.enum(["open", "end", "review"])),
});
export type BreakGlassView = z.infer<typeof BreakGlassView>;

export const BreakGlassAnswer = BreakGlassView.extend({ receipt: Receipt });
export type BreakGlassAnswer = z.infer<typeof BreakGlassAnswer>;
