import { z } from "zod";
import { InstantOrDate, visibleText } from "@/lib/schema";

// Bodies of the acts on deadlines: texts, a later date, an objection.
export const NewComment = z.strictObject({ comment: visibleText(4_000) });
export const Withdrawal = z.strictObject({ reason: visibleText(2_000).optional() });
export const Revocation = z.strictObject({ reason: visibleText(2_000) });

/**
 * Extends the deadline, once, with its reason. Without `until` it asks for the longest time that the instrument allows.
 */
export const NewExtension = z.strictObject({ reason: visibleText(2_000), until: InstantOrDate.optional() });
export type NewExtension = z.infer<typeof NewExtension>;
/** A privilege is claimed (`raise`, the default), or the claim has been dealt with (`settle`). */
export const NewObjection = z.strictObject({
  reason: visibleText(2_000),
  act: z.enum(["raise", "settle"]).default("raise"),
});
export type NewObjection = z.infer<typeof NewObjection>;
/** Why a part is given now, and what happens with the rest. */
export const NewPartialAnswer = z.strictObject({ reason: visibleText(2_000) });
