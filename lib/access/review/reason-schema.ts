import { z } from "zod";
import { Receipt, visibleText } from "@/lib/schema";
import { REASON_DECISIONS } from "@/lib/word-lists";

/** The decisions that a reason may be for. `narrow` is an approval that takes something away. */
export const ReasonDecision = z.enum(REASON_DECISIONS);
export type ReasonDecision = z.infer<typeof ReasonDecision>;

/** A template. Its blanks are in braces: "The order ends on {day}; access ends with it." */
export const ReasonTemplate = z.strictObject({ decision: ReasonDecision, text: visibleText(1_000) });
export type ReasonTemplate = z.infer<typeof ReasonTemplate>;

const MAX_TEMPLATES = 60;

/** All templates at once: what is left out is removed. */
export const NewReasons = z.strictObject({ items: z.array(ReasonTemplate).max(MAX_TEMPLATES) });
export type NewReasons = z.infer<typeof NewReasons>;

export const Reasons = z.object({
  items: z.array(ReasonTemplate),
  /** Who changed them last, and when; absent while they are those of the program. */
  by: z.string().optional(),
  at: z.string().optional(),
});
export type Reasons = z.infer<typeof Reasons>;
export const ReasonsAnswer = Reasons.extend({ receipt: Receipt });
export type ReasonsAnswer = z.infer<typeof ReasonsAnswer>;
