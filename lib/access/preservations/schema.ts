import { z } from "zod";
import { Instant, pageQuery, RecordName, visibleText } from "@/lib/schema";

const MAX_TRANSACTIONS = 100;

/** Records that must be kept, why, and until when; without a time 90 days from now. */
export const NewPreservation = z.strictObject({
  transactions: z.array(RecordName).min(1).max(MAX_TRANSACTIONS),
  reason: visibleText(1_000),
  until: Instant.optional(),
});
export type NewPreservation = z.infer<typeof NewPreservation>;

/** A later end; without a time 90 days from now. */
export const Renewal = z.strictObject({ until: Instant.optional() });
export type Renewal = z.infer<typeof Renewal>;

export const Release = z.strictObject({ reason: visibleText(1_000) });
export type Release = z.infer<typeof Release>;

export const PreservationPath = z.strictObject({ id: z.uuid().toLowerCase() });
export const PreservationQuery = z.strictObject({ ...pageQuery });
export type PreservationQuery = z.infer<typeof PreservationQuery>;

/** A legal hold: it keeps records and everything written about them, and discloses nothing. */
export const Preservation = z.object({
  id: z.string(),
  transactions: z.array(z.string()),
  reason: z.string(),
  state: z.enum(["active", "expired", "released"]),
  created_at: z.string(),
  until: z.string(),
  released_at: z.string().nullable(),
  /** Whether the caller may renew and release it. */
  is_own: z.boolean(),
});
export type Preservation = z.infer<typeof Preservation>;
