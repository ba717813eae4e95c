import { z } from "zod";

const Period = z.object({
  /** A role or a class; `*` stands for all others. */
  name: z.string(),
  days: z.int(),
});

/** A transaction under hold. */
const HeldTransaction = z.object({ transaction_id: z.string(), until: z.string() });

/** A preservation: what an agency asked to be kept while it prepares its order. */
const Preservation = z.object({
  id: z.string(),
  requested_by: z.string(),
  reason: z.string(),
  transactions: z.array(z.string()),
  until: z.string(),
});

/** What is in force now; `has_more` where there are more than are listed. */
export const Holds = z.object({
  transactions: z.array(HeldTransaction),
  preservations: z.array(Preservation),
  has_more: z.boolean(),
});
export type Holds = z.infer<typeof Holds>;

/**
 * How long the log keeps what. Persons' data go by the person's role, entries by their class. `holds` is absent for
 * those who may not know of every case, since a hold tells of one.
 */
export const Retention = z.object({
  roles: z.array(Period),
  classes: z.array(Period),
  /** First index whose bytes are kept; 0 where nothing was pruned. */
  minimum: z.int(),
  /** `removed` and `kept` are absent as `holds` is: what is kept, or not removed, may be so for a hold. */
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
