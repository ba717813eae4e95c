import { z } from "zod";
import { Reason } from "@/lib/administration/agreements/schema";
import { pageOf, pageQuery, Receipt, text } from "@/lib/schema";

/** The name of a participant in transactions: letters, digits, dots, dashes and underscores. */
export const ParticipantId = z
  .string()
  .min(3)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "is not made of letters, digits, dots, dashes and underscores");

export const NewParticipant = z.strictObject({
  id: ParticipantId,
  organisation_id: z.uuid().toLowerCase(),
  role: z.enum(["client", "miner"]),
  /** Data of a natural person are confidential whatever is submitted. */
  kind: z.enum(["natural", "legal"]),
});
export type NewParticipant = z.infer<typeof NewParticipant>;

export const Participant = z.object({
  id: z.string(),
  organisation: z.object({ id: z.string(), name: z.string() }),
  role: z.string(),
  kind: z.enum(["natural", "legal"]),
  state: z.enum(["active", "suspended"]),
  needs_agreement: z
    .boolean()
    .describe(
      "This participant has or had people, or has transactions. So a second administrator must agree to each new person for it.",
    ),
  created_at: z.string(),
});
export type Participant = z.infer<typeof Participant>;
export const ParticipantAnswer = Participant.extend({ receipt: Receipt });
export type ParticipantAnswer = z.infer<typeof ParticipantAnswer>;

export const ParticipantPath = z.strictObject({ id: z.string().min(1).max(120) });

export const ParticipantQuery = z.strictObject({
  view: z.enum(["all", "active", "suspended"]).default("all"),
  q: text(100).optional().describe("Part of an id."),
  ...pageQuery,
});
export type ParticipantQuery = z.infer<typeof ParticipantQuery>;
export const ParticipantList = pageOf(Participant);
export type ParticipantList = z.infer<typeof ParticipantList>;

export const ParticipantChange = z.strictObject({
  state: z.enum(["active", "suspended"]),
  reason: Reason,
});
export type ParticipantChange = z.infer<typeof ParticipantChange>;
