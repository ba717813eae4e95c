import { z } from "zod";
import { visibleLine } from "@/lib/schema";

/** Kinds of things that a search finds, in the order of the answer. */
export const FoundKind = z.enum([
  "case",
  "grant",
  "request",
  "transaction",
  "person",
  "organisation",
  "participant",
  "key",
]);
export type FoundKind = z.infer<typeof FoundKind>;

export const SearchQuery = z.strictObject({
  q: visibleLine(100).describe(
    "A reference, case number, job, id or name, or a part of one. Two characters at least.",
  ),
});
export type SearchQuery = z.infer<typeof SearchQuery>;

/** One thing found. `name` is what people call it; `note` distinguishes it from others of that name. */
export const Found = z.object({
  kind: FoundKind,
  id: z.string(),
  name: z.string(),
  note: z.string().optional(),
});
export type Found = z.infer<typeof Found>;

export const SearchAnswer = z.object({
  items: z.array(Found),
  /** Kinds of which there are more than the answer has. */
  more: z.array(FoundKind),
});
export type SearchAnswer = z.infer<typeof SearchAnswer>;
