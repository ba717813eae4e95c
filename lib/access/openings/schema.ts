import { z } from "zod";
import { ExpectedNotice } from "@/lib/access/notices/schema";
import { Fields } from "@/lib/access/requests/schema";
import { OpenStatement } from "@/lib/escrow/protocol/statements";
import { Receipt, visibleText } from "@/lib/schema";

/** One signature opens at most so many transactions. */
export const MAX_OPENED_AT_ONCE = 25;

export const NewOpening = z.strictObject({
  grant_id: z.uuid().toLowerCase(),
  transactions: z
    .array(z.uuid().toLowerCase())
    .min(1)
    .max(MAX_OPENED_AT_ONCE)
    .refine((ids) => new Set(ids).size === ids.length, "names a transaction twice"),
  fields: Fields.optional(),
  /** For an opening outside the office hours, as the opening itself gives it. */
  hours_override: z.strictObject({ reason: visibleText(2_000) }).optional(),
});
export type NewOpening = z.infer<typeof NewOpening>;

export const OpeningAnswer = z.object({
  opening_id: z.string(),
  statement: OpenStatement,
  expires_at: z.string(),
  /** Views of the grant that are left after this opening. */
  views_left: z.int(),
  /** Whether the parties get notice; absent where the grant rests on no request. */
  notice: ExpectedNotice.optional(),
  receipt: Receipt,
});
export type OpeningAnswer = z.infer<typeof OpeningAnswer>;
