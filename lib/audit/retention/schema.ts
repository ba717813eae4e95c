import { z } from "zod";

const Period = z.object({
  /** A role or a class; `*` means all others. */
  name: z.string(),
  days: z.int(),
});

/** A transaction under hold. */
const HeldTransaction = z.object({ transaction_id: z.string(), until: z.string() });

/** A legal hold: data that an agency wants kept while it prepares its order. */
const Preservation = z.object({
  id: z.string(),
  requested_by: z.string(),
  reason: z.string(),
  transactions: z.array(z.string()),
  until: z.string(),
});

/** The holds in force now; `has_more` if there are more than listed. */
export const Holds = z.object({
  transactions: z.array(HeldTransaction),
  preservations: z.array(Preservation),
  has_more: z.boolean(),
});
export type Holds = z.infer<typeof Holds>;

/**
 * How long the log keeps data, as the policies in force say. Personal data follow the person's role, entries follow their class. `holds` is absent
 * for callers who may not know of every case, because a hold reveals one.
 */
export const Retention = z.object({
  /** The version of the policies that sets the periods, since when it does; null before the first one is active. */
  version: z.object({ number: z.int(), since: z.string() }).nullable(),
  roles: z.array(Period),
  classes: z.array(Period),
  /** First index whose bytes are kept; 0 if no entry was pruned. */
  minimum: z.int(),
  /** `removed` and `kept` are absent for the same callers as `holds`, because they may reveal a hold. */
  last_pruning: z
    .object({
      at: z.string(),
      removed: z.int().optional(),
      kept: z.int().optional(),
      seq: z.int().nullable(),
    })
    .nullable(),
  holds: Holds.optional(),
});
export type Retention = z.infer<typeof Retention>;
