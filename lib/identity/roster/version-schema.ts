import { z } from "zod";
import { visibleText } from "@/lib/schema";

// What pages ask for and show of a version of the roster. Apart from schema.ts, whose signed parts no browser loads.

/** The next version of the roster: these people as the portal knows them now. */
export const NewRosterVersion = z.strictObject({
  people: z
    .array(z.string().min(1).max(160))
    .min(1)
    .max(200)
    .refine((people) => new Set(people).size === people.length, "names one twice")
    .describe("Handles of people to add, change or remove."),
  reason: visibleText(1000),
});
export type NewRosterVersion = z.infer<typeof NewRosterVersion>;

/** A person's entry on the roster, as two people compare it. */
export const RosterEntry = z.strictObject({
  /** Id of the organisation, as it is signed. */
  organisation: z.string(),
  organisation_name: z.string(),
  role: z.string().nullable(),
  duties: z.array(z.string()),
  participant: z.string().nullable(),
  /** Each key with the eight groups that its owner reads aloud; the portal's own key has none. */
  keys: z.array(
    z.strictObject({
      kind: z.enum(["passkey", "ed25519", "portal-evaluation"]),
      id: z.string(),
      groups: z.string(),
    }),
  ),
});
export type RosterEntry = z.infer<typeof RosterEntry>;

export const RosterDifference = z.strictObject({
  person: z.string(),
  name: z.string(),
  act: z.enum(["add", "change", "remove"]),
  before: RosterEntry.nullable(),
  after: RosterEntry.nullable(),
});
export type RosterDifference = z.infer<typeof RosterDifference>;
