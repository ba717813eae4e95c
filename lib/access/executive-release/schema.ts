import { z } from "zod";
import { RequestSummary } from "@/lib/access/requests/answer-schema";
import { Confirms, RequestState } from "@/lib/access/requests/schema";
import { ReleaseStatement } from "@/lib/escrow/protocol/release-statement";
import { StatementSignature } from "@/lib/escrow/protocol/statements";
import { pageQuery, Receipt, visibleText } from "@/lib/schema";

/** An executive proposes the release of an overdue request. Its terms are fixed from then on. */
export const NewRelease = z.strictObject({
  reason: visibleText(2_000),
  /** Recognition basis of a foreign order that states none, when legal review recorded none. */
  recognition_basis: visibleText(1_000).optional(),
});
export type NewRelease = z.infer<typeof NewRelease>;

/** An executive's approval: the order's facts as they read them, and their signature over the terms. */
export const NewReleaseSignature = z.strictObject({
  comment: visibleText(4_000),
  confirms: Confirms,
  signature: StatementSignature.optional(),
});
export type NewReleaseSignature = z.infer<typeof NewReleaseSignature>;

/** Ends a released grant; the signature is over `{log, grant, person}` (docs/formats/statements.md). */
export const ReleaseEnd = z.strictObject({
  reason: visibleText(2_000),
  signature: StatementSignature.optional(),
});
export type ReleaseEnd = z.infer<typeof ReleaseEnd>;

export const ReleaseQuery = z.strictObject(pageQuery);
export type ReleaseQuery = z.infer<typeof ReleaseQuery>;

const PersonView = z.object({ handle: z.string(), name: z.string(), organisation: z.string() });

/** The newest release of a request, and what the caller may do about it. */
export const ReleaseStanding = z.object({
  request_state: RequestState,
  release: z
    .object({
      id: z.string(),
      /** `open` waits for signatures. `lapsed` is no longer valid, and another release may be proposed. */
      state: z.enum(["open", "released", "lapsed"]),
      reason: z.string(),
      proposed_by: PersonView,
      proposed_at: z.string(),
      sign_until: z.string(),
      words: z.array(z.object({ by: PersonView, at: z.string(), comment: z.string(), proof: z.string() })),
    })
    .optional(),
  /** What the caller signs, when their signature is needed. */
  statement: ReleaseStatement.optional(),
  grant_id: z.string().optional(),
  acts: z.array(z.enum(["propose", "sign"])),
});
export type ReleaseStanding = z.infer<typeof ReleaseStanding>;

/** An overdue request in the executives' list. */
export const ReleaseItem = RequestSummary.extend({
  release: z
    .object({
      id: z.string(),
      state: z.enum(["open", "released", "lapsed"]),
      /** How many executives have signed so far. */
      words: z.int(),
      sign_until: z.string(),
    })
    .optional(),
  acts: z.array(z.enum(["propose", "sign"])),
});
export type ReleaseItem = z.infer<typeof ReleaseItem>;

export const ReleaseAnswer = ReleaseStanding.extend({ receipt: Receipt });
export type ReleaseAnswer = z.infer<typeof ReleaseAnswer>;
