import { z } from "zod";

/** Text without U+0000, which PostgreSQL cannot store. */
export function text(maxLength: number, minLength = 1): z.ZodString {
  return z.string().min(minLength).max(maxLength);
}

/**
 * Nothing that hides or rearranges what is shown beside it: no control character, no line or paragraph separator, no
 * lone surrogate, and none that overrides or embeds a direction. Marks of direction that scripts need are allowed.
 */
const SHOWN = String.raw`[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]`;
const LINE = new RegExp(`^(?:${SHOWN})*$`, "u");
const TEXT = new RegExp(`^(?:${SHOWN}|[\\n\\r\\t])*$`, "u");
const HIDDEN = "holds characters that cannot be shown";

/** What people read as prose: lines may break. */
export function visibleText(maxLength: number): z.ZodString {
  return z.string().trim().min(1).max(maxLength).regex(TEXT, HIDDEN);
}

/** What people read as one name or number. */
export function visibleLine(maxLength: number): z.ZodString {
  return z.string().trim().min(1).max(maxLength).regex(LINE, HIDDEN);
}

export const Uuid = z.uuid();

/** RFC 3339 instant with its zone; nobody needs more digits of a second than fit here. */
export const Instant = z.iso.datetime({ offset: true }).max(40);

/** An integer in a query or a path: plain digits only. */
export function integerText(min: number, max: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^(0|[1-9][0-9]{0,14})$/, "not a whole number")
    .transform(Number)
    .refine((value) => value >= min && value <= max, `not between ${min} and ${max}`);
}

/** Members of every paged list's query. */
export const pageQuery = {
  limit: integerText(1, 500)
    .default(50)
    .describe("Items of a page: a whole number from 1 to 500, 50 unless said."),
  cursor: text(512).optional().describe("The next_cursor of the page before; without it, the first page."),
} as const;

/** A page of a list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

/** Beside the number of an entry: the origin of the closed log that it is in; null where that is the present one. */
export const ClosedLog = z.string().nullable();

/** Receipt on every mutating answer (audit.md "Receipts"). */
export const Receipt = z.object({
  log: z.string(),
  entry: z.string(),
  entry_id: z.string(),
  leaf_hash: z.string(),
  integrate_by: z.string(),
  signature: z.string(),
});
export type Receipt = z.infer<typeof Receipt>;
