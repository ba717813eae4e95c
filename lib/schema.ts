import { z } from "zod";
import { FIRST_DAY, isDayAccepted, isWithinYears, lastDayAccepted } from "./days";

/** Text without U+0000, which PostgreSQL cannot store. */
export function text(maxLength: number, minLength = 1): z.ZodString {
  return z.string().min(minLength).max(maxLength);
}

/**
 * Text without characters that hide or rearrange the text next to it: no control character, no line or paragraph
 * separator, no lone surrogate, and none that overrides or embeds a direction. Marks of direction that scripts need are
 * allowed.
 */
const SHOWN = String.raw`[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]`;
const LINE = new RegExp(`^(?:${SHOWN})*$`, "u");
const TEXT = new RegExp(`^(?:${SHOWN}|[\\n\\r\\t])*$`, "u");
const HIDDEN = "holds characters that cannot be shown";

/** What people read as prose: lines may break. */
export function visibleText(maxLength: number): z.ZodString {
  return z.string().trim().min(1).max(maxLength).regex(TEXT, HIDDEN);
}

/** Prose or a program's text that stays as it was given, with the space around it. */
export function shownText(maxLength: number): z.ZodString {
  return z.string().min(1).max(maxLength).regex(TEXT, HIDDEN);
}

/** What people read as one name or number. */
export function visibleLine(maxLength: number): z.ZodString {
  return z.string().trim().min(1).max(maxLength).regex(LINE, HIDDEN);
}

export const Uuid = z.uuid();

/** A record by its id, or by the name of its job where the caller may know of one such record only. */
export const RecordName = z
  .union([Uuid.toLowerCase(), visibleLine(200)])
  .describe("The transaction's id, or its job's name where you may know of one such transaction only.");

const OUTSIDE = "is outside the years 0001 to 9999 in UTC";

/** Options of a time with `t` and `z` in either case, as RFC 3339, section 5.6, has them. */
function anyCase<F extends { readonly offset?: true; readonly local?: true }>(form: F) {
  const { source } = z.regexes.datetime({ precision: null, ...form });
  const pattern = source.replace(/(?<=\))T(?=\()/, "[Tt]").replaceAll(/(?<=\(\?:)Z(?=[|)])/g, "[Zz]");
  return { ...form, pattern: new RegExp(pattern) };
}

/**
 * RFC 3339 instant with its zone, in the years 0001 to 9999 of UTC. Every instant that enters is read by this schema, and
 * goes on with `T` and `Z` in capitals.
 */
export const Instant = z.iso
  .datetime(anyCase({ offset: true }))
  .max(40)
  .overwrite((given) => given.toUpperCase())
  .refine(isWithinYears, OUTSIDE);

/** `YYYY-MM-DD`, from 1 Jan 2000 to 30 years ahead. A typed year outside it is nearly always a slip. */
export const CalendarDate = z.iso
  .date({ error: "must be a day, such as 2026-11-29", abort: true })
  .refine(isDayAccepted, { error: () => `must be a day between ${FIRST_DAY} and ${lastDayAccepted()}` });

/** An instant, or a calendar date, which a paper order often has. */
export const InstantOrDate = z.union([Instant, CalendarDate], {
  error: () =>
    `must be a day between ${FIRST_DAY} and ${lastDayAccepted()}, or a time with its zone in the years 0001 to 9999`,
});

/** An instant. Programs of the coordinator send it without a zone; it then means UTC. */
export const InstantOrUtc = z.union(
  [
    Instant,
    z.iso
      .datetime(anyCase({ local: true }))
      .max(40)
      .transform((local) => `${local.toUpperCase()}Z`)
      .pipe(Instant),
  ],
  { error: `not a time, or ${OUTSIDE.replace("is ", "")}` },
);

const Digits = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,14})$/)
  .transform(Number);

/** An integer in a query or a path: plain digits only in an address, a number for typed clients. */
export function integerText(min: number, max: number): z.ZodType<number, string | number> {
  return z
    .union([Digits, z.int()], { error: "not a whole number" })
    .refine((value) => value >= min && value <= max, `not between ${min} and ${max}`)
    .meta({ type: "integer", minimum: min, maximum: max });
}

/** Members of every paged list's query. */
export const pageQuery = {
  limit: integerText(1, 500)
    .default(50)
    .meta({ default: 50, description: "Items of a page: a whole number from 1 to 500." }),
  cursor: text(512).optional().describe("The next_cursor of the page before; without it, the first page."),
} as const;

/** A row of a list that is stored but cannot be read. An alarm has reported it to the operators. */
export const Unreadable = z.object({ id: z.string(), unreadable: z.literal(true) });

/** Present only where a list has rows that cannot be read. `items` does not contain these. */
export const unreadableRows = z
  .array(Unreadable)
  .optional()
  .describe("Rows of this page that cannot be read, by id; absent if all can be read.");

/** A page of a list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), unreadable: unreadableRows, next_cursor: z.string().nullable() });
}

/** In addition to an entry's number: the origin of the closed log that it is in; null where that is the present log. */
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

/** Whose receipt is asked for, one of them: that of an entry, of a submitted request, or of a transaction that the caller sent. */
export const ReceiptQuery = z.strictObject({
  entry_id: Uuid.optional(),
  request_id: Uuid.optional(),
  transaction_id: Uuid.optional(),
});
export type ReceiptQuery = z.output<typeof ReceiptQuery>;
