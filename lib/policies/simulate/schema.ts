import { z } from "zod";
import { ExampleFacts } from "@/lib/access/policy/policy-document";
import { Instant, RecordName, Uuid } from "@/lib/schema";
import { GroupName, Level, Purpose, Role } from "@/lib/vocabulary";

const number = z
  .int()
  .min(1)
  .max(2_147_483_647)
  .optional()
  .describe("Number of a policy set; the one in force if absent.");

const ExampleCase = z.strictObject({ kind: z.literal("example"), number, example: ExampleFacts });

const RealCase = z.strictObject({
  kind: z.literal("record"),
  number,
  person: Uuid,
  transaction_id: RecordName,
  purpose: Purpose,
  groups: z.array(GroupName).min(1).max(6).optional().describe("All fields that open if absent."),
  grant_id: Uuid.optional().describe("The grant that an opening would use if absent."),
  at: Instant.optional().describe("Now if absent."),
  reason_outside_hours: z.boolean().default(false),
});
export type RealCase = z.infer<typeof RealCase>;

const RoleCase = RealCase.omit({ person: true, grant_id: true }).extend({
  kind: z.literal("role"),
  role: Role.describe(
    "Any person of this role: a party of the transaction, or a holder of a grant for it under a court order.",
  ),
  level: Level.exclude(["metadata"]).default("full").describe("Level of that grant."),
});
export type RoleCase = z.infer<typeof RoleCase>;

/** A case to try: made-up facts, or a record as it is with a person or any person of a role. */
export const SimulateBody = z.discriminatedUnion("kind", [RealCase, RoleCase, ExampleCase]);
export type SimulateBody = z.infer<typeof SimulateBody>;

/** One fact with which the same case would be allowed. */
export const WhatIf = z.object({
  fact: z.enum([
    "purpose",
    "level",
    "group",
    "basis",
    "grant",
    "authority",
    "support",
    "weekday",
    "time",
    "at",
    "holiday",
    "office",
    "override",
    "age",
    "factor",
  ]),
  /** A word, a number or an instant, by the fact. */
  value: z.string(),
});
export type WhatIf = z.infer<typeof WhatIf>;

export const SimulateAnswer = z.object({
  number: z.int(),
  version: z.string(),
  allowed: z.boolean(),
  fields: z.array(z.object({ field: GroupName, level: z.enum(["masked", "full"]) })),
  /** The rules that allow it, or that forbid it; none where no rule permits it. */
  policies: z.array(z.string()),
  /** Why it is refused: id of the reason, and its words. */
  reasons: z.array(z.object({ id: z.string(), detail: z.string() })),
  next_possible_at: z.string().nullable(),
  what_if: z.array(WhatIf),
  /** Null for made-up facts and for a role. */
  person: z.object({ name: z.string(), organisation: z.string(), role: z.string() }).nullable(),
  record: z.object({ transaction_id: z.string(), job_id: z.string() }).nullable(),
  at: z.string(),
});
export type SimulateAnswer = z.infer<typeof SimulateAnswer>;
