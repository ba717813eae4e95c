import { z } from "zod";
import {
  ReviewDecision,
  ReviewFacts,
  ReviewSignature,
  ReviewState,
  SubjectKind,
} from "@/lib/administration/access-review/schema";
import { AccessReviewStatement, StatementSignature } from "@/lib/escrow/protocol/statements";
import { Duty } from "@/lib/vocabulary";

/** One row as the result keeps it. */
export const ResultRow = z.object({
  kind: SubjectKind,
  id: z.string(),
  facts: ReviewFacts,
  is_gone: z.boolean(),
  decision: ReviewDecision.nullable(),
  reason: z.string().nullable(),
  decided_by: z.string().nullable(),
  decided_at: z.string().nullable(),
  agreement_id: z.string().nullable(),
  is_signed: z.boolean(),
  paused: z.array(Duty),
});
export type ResultRow = z.infer<typeof ResultRow>;

export const ReviewResult = z.object({
  review: z.object({
    id: z.string(),
    log: z.string(),
    state: ReviewState,
    begun_at: z.string(),
    begun_by: z.string().nullable(),
    due_at: z.string(),
    ended_at: z.string().nullable(),
  }),
  rows: z.array(ResultRow),
  signatures: z.array(
    ReviewSignature.extend({ statement: AccessReviewStatement, signature: StatementSignature.nullable() }),
  ),
});
export type ReviewResult = z.infer<typeof ReviewResult>;

export const ResultAnswer = z.object({
  result: ReviewResult,
  /** SHA-256 of the result's canonical JSON, as the log has it; null while the review runs. */
  digest: z.string().nullable(),
});
export type ResultAnswer = z.infer<typeof ResultAnswer>;
