import { z } from "zod";
import { ClosedLog, pageOf, pageQuery, visibleText } from "@/lib/schema";

export const QuarantinePath = z.strictObject({ id: z.uuid().toLowerCase() });

/** Why the entry is dismissed: the result of the investigation. */
export const NewDismissal = z.strictObject({ reason: visibleText(1_000) });
export type NewDismissal = z.infer<typeof NewDismissal>;

/** Why an entry gets no leaf (lib/audit/sequencer/quarantine.ts). */
export const QuarantineReason = z.enum(["absent", "format", "id", "log", "placed", "unvouched"]);

/** Who dismissed a quarantined entry, and why. */
export const Dismissal = z.object({
  reason: z.string(),
  /** Null if the caller does not know the person by name. */
  by: z.string().nullable(),
  at: z.string(),
  /** Leaf index of the entry that records it. */
  by_seq: z.int().nullable(),
  closed_log: ClosedLog,
});
export type Dismissal = z.infer<typeof Dismissal>;

/** A waiting row that is not an entry of this log. It stays in quarantine even after dismissal. */
export const QuarantinedEntry = z.object({
  entry_id: z.string(),
  why: QuarantineReason,
  seen_at: z.string(),
  /** SHA-256 of its bytes, base64url; of zero bytes if the row has no entry. */
  digest: z.string(),
  /** Null while it is open, and again after its bytes have changed. */
  dismissal: Dismissal.nullable(),
  /** Whether the caller may dismiss it now. */
  may_dismiss: z.boolean(),
});
export type QuarantinedEntry = z.infer<typeof QuarantinedEntry>;

export const QuarantineQuery = z.strictObject({ ...pageQuery });
export type QuarantineQuery = z.infer<typeof QuarantineQuery>;
export const QuarantinePage = pageOf(QuarantinedEntry);
export type QuarantinePage = z.infer<typeof QuarantinePage>;
