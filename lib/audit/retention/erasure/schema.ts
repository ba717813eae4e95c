import { z } from "zod";
import { ClosedLog, pageOf, pageQuery } from "@/lib/schema";

const Text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !text.includes("\u0000"), "no U+0000");

/** Whose data are to be erased from the log, by the person's handle, and why. */
export const NewErasure = z.strictObject({ subject: Text(160), reason: Text(1000) });
export type NewErasure = z.infer<typeof NewErasure>;

export const ErasurePath = z.strictObject({ id: z.uuid().toLowerCase() });

export const ErasureState = z.enum(["asked", "agreed", "refused", "done"]);

/** Why an agreed erasure waits. It runs automatically once the reason has passed. */
export const StoredKeptBack = z.enum(["date", "hold", "two_persons", "compartment", "prepared"]);

/**
 * The reason as it is answered. Callers who may not know of every hold see only `later` (I12): the period has not
 * passed, a hold defers it, or its entry is not prepared yet.
 */
export const KeptBack = z.enum([...StoredKeptBack.options, "later"]);

/** One erasure as people with the duty see it; `by_seq` is the leaf index of the entry that records it. */
export const Erasure = z.object({
  id: z.string(),
  subject: z.string(),
  reason: z.string(),
  state: ErasureState,
  asked_by: z.string(),
  asked_at: z.string(),
  agreed_by: z.string().nullable(),
  kept_back: KeptBack.nullable(),
  /** When the worker tries next, if it waits. */
  try_after: z.string().nullable(),
  /** The role whose period has not passed, and its days; null for callers who may not know of every hold. */
  period: z.object({ role: z.string(), days: z.int() }).nullable(),
  /** End of the legal hold that keeps it back; null for callers who may not know of it. */
  hold_until: z.string().nullable(),
  /** Names of people who may be the second person, while it waits for one. */
  waits_for: z.array(z.string()),
  /** Names of people who asked or agreed and no longer have the duty. */
  lost_duty: z.array(z.string()),
  ended_at: z.string().nullable(),
  by_seq: z.int().nullable(),
  closed_log: ClosedLog,
  /** Whether the caller requested it. */
  is_own: z.boolean(),
  /** Whether the caller may be the second person. */
  may_agree: z.boolean(),
});
export type Erasure = z.infer<typeof Erasure>;

export const ErasureQuery = z.strictObject({ ...pageQuery });
export type ErasureQuery = z.infer<typeof ErasureQuery>;
export const ErasureList = pageOf(Erasure);
export type ErasureList = z.infer<typeof ErasureList>;

/**
 * A part that the caller could read until its key was destroyed, with the erasing entry's leaf index. If no entry of
 * the log records this (`is_recorded` false), the key was removed without authorization.
 */
export const ErasedPart = z.object({
  c: z.string(),
  kind: z.string(),
  erased_at: z.string().nullable(),
  by_seq: z.int().nullable(),
  is_recorded: z.boolean(),
});
