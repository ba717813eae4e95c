import { z } from "zod";
import { GroupName, Level, Role } from "@/lib/vocabulary";

const Opening = z.object({
  person: z.string(),
  organisation: z.string(),
  role: Role,
  /** Fields that the rules would open now, each with its level. */
  fields: z.array(z.object({ field: GroupName, level: Level })),
  /** Why no field opens now, as the rules state it; null if a field opens. */
  refused: z.string().nullable(),
});

/** Who may open which fields of one record at this moment, and why. It has no value of the record. */
export const RecordAccess = z.object({
  transaction_id: z.string(),
  job_id: z.string(),
  /** Fields that the record has. */
  fields: z.array(GroupName),
  at: z.string(),
  parties: z.array(z.object({ participant: z.string(), organisation: z.string(), people: z.array(Opening) })),
  grants: z.array(
    z.object({
      id: z.string(),
      reference: z.string().nullable(),
      rests_on: z.enum(["request", "dispute", "emergency", "release"]),
      purpose: z.string(),
      level: Level,
      from: z.string(),
      until: z.string(),
      views_left: z.int(),
      people: z.array(Opening),
    }),
  ),
  /** Whether the reader knows of every grant that is not sealed from them, or only of their own. */
  grants_known: z.enum(["all", "own"]),
  /** What the escrow custodian can open, and only for a grant that it has checked itself. */
  escrow: z.object({ fields: z.array(GroupName) }),
});
export type RecordAccess = z.infer<typeof RecordAccess>;
export type RecordOpening = z.infer<typeof Opening>;
