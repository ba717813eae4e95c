import { z } from "zod";
import { Receipt, Uuid, visibleLine } from "@/lib/schema";

/** Lists with views that people can save. */
export const ViewedList = z.enum(["requests", "cases", "grants", "transactions", "people", "log"]);
export type ViewedList = z.infer<typeof ViewedList>;

const Member = z.string().regex(/^[a-z][a-z_]{0,39}$/, "not the name of a member");
const Query = z
  .record(Member, visibleLine(300))
  .refine((query) => Object.keys(query).length <= 20, "has more than 20 members")
  .describe("Members of the list's address.");

export const NewView = z.strictObject({
  list: ViewedList,
  name: visibleLine(60),
  query: Query,
  columns: z
    .array(z.string().regex(/^[A-Za-z][A-Za-z_]{0,39}$/, "not the name of a column"))
    .max(20)
    .default([])
    .describe("Columns that are shown, in the list's own order. Without any: all."),
  is_shared: z.boolean().default(false),
});
export type NewView = z.infer<typeof NewView>;

export const ChangedView = z.strictObject({
  name: visibleLine(60).optional(),
  is_shared: z.boolean().optional(),
});
export type ChangedView = z.infer<typeof ChangedView>;

export const ViewPath = z.strictObject({ id: Uuid.toLowerCase() });
export const ViewQuery = z.strictObject({ list: ViewedList });

export const SavedView = z.object({
  id: z.string(),
  list: ViewedList,
  name: z.string(),
  query: z.record(z.string(), z.string()),
  columns: z.array(z.string()),
  is_shared: z.boolean(),
  is_own: z.boolean(),
  created_at: z.string(),
});
export type SavedView = z.infer<typeof SavedView>;

export const ViewList = z.object({ items: z.array(SavedView) });
export const ViewAnswer = SavedView.extend({ receipt: Receipt });
export type ViewAnswer = z.infer<typeof ViewAnswer>;
export const ViewDeleted = z.object({ id: z.string(), receipt: Receipt });

/**
 * Members of each list's address that people choose from the portal's options. All others are typed. They may name a
 * case or a person that a colleague must not know of, so a view with such a member cannot be shared (I12).
 */
const CHOICES: Readonly<Record<ViewedList, readonly string[]>> = {
  requests: ["view", "state", "purpose", "sort"],
  cases: ["view"],
  grants: ["view"],
  transactions: ["view", "status"],
  people: ["view", "role", "duty"],
  // Not `actor` and `id`: they name a person or a record.
  log: ["log", "within", "action", "outcome", "purpose", "from", "to", "reads"],
};

/** Returns whether a view has no text that a person typed. */
export function isShareable(list: ViewedList, query: Readonly<Record<string, string>>): boolean {
  return Object.keys(query).every((member) => CHOICES[list].includes(member));
}
