import { z } from "zod";
import { GroupName, Level } from "@/lib/vocabulary";

/** A person as answers name one. */
export const PersonView = z.object({ handle: z.string(), name: z.string(), organisation: z.string() });

/** One opening under a grant, or an attempt that the log has. */
export const GrantOpening = z.object({
  at: z.string(),
  by: PersonView,
  transaction_id: z.string(),
  fields: z.array(GroupName),
  level: Level,
  outcome: z.enum(["intent", "done", "failed"]),
  entry_id: z.string(),
});

export type GrantOpening = z.infer<typeof GrantOpening>;

/** One copy out of what was opened under a grant; the value is nowhere on record. */
export const GrantCopy = z.object({
  at: z.string(),
  by: PersonView,
  transaction_id: z.string(),
  fields: z.array(GroupName),
  entry_id: z.string(),
});
export type GrantCopy = z.infer<typeof GrantCopy>;
