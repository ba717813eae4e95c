import { z } from "zod";
import { GroupName, Level } from "@/lib/vocabulary";

/** A person as answers name one. */
export const PersonView = z.object({ handle: z.string(), name: z.string(), organisation: z.string() });

/** One opening under a grant, or a logged attempt. */
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

/** One copy of a field that was opened under a grant. The value is not recorded. */
export const GrantCopy = z.object({
  at: z.string(),
  by: PersonView,
  transaction_id: z.string(),
  fields: z.array(GroupName),
  entry_id: z.string(),
});
export type GrantCopy = z.infer<typeof GrantCopy>;
