import { z } from "zod";
import { pageQuery, RecordName, text } from "@/lib/schema";

/** How the caller may know a person: by name, or by organisation. */
export const KnownPerson = z.object({
  actor_name: z.string().optional(),
  actor_organisation: z.string().optional(),
});
export type KnownPerson = z.infer<typeof KnownPerson>;

/** Actors of entries that the caller may see. `q` is a part of a name or the beginning of a pseudonym. */
export const ActorQuery = z.strictObject({ q: text(64).optional() });
export type ActorQuery = z.infer<typeof ActorQuery>;

/** `name` is present for callers who know the person anyway, as in lists. */
export const ActorList = z.object({
  items: z.array(z.object({ actor: z.string(), name: z.string().optional() })),
  has_more: z.boolean(),
});
export type ActorList = z.infer<typeof ActorList>;

/** A suspicion, about a transaction or in general, visible only to the compliance duty. */
export const NewSuspicion = z.strictObject({ note: text(4000), transaction_id: RecordName.optional() });
export type NewSuspicion = z.infer<typeof NewSuspicion>;

export const SuspicionQuery = z.strictObject({ ...pageQuery, log: text(255).optional() });
export type SuspicionQuery = z.infer<typeof SuspicionQuery>;
