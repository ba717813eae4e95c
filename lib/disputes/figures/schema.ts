import { z } from "zod";
import { visibleLine } from "@/lib/schema";

const FIGURE = /^-?\d{1,18}(\.\d{1,18})?$/;
const Figure = z
  .string()
  .trim()
  .regex(
    FIGURE,
    "not a decimal number such as 1000.50, with at most 18 digits before the point and 18 after it",
  );
const MOST_LINES = 50;

/** What a party says the figures of a record are. They are compared and not stored. */
export const NewFigures = z
  .strictObject({
    amount: z.strictObject({ value: Figure, currency: z.string().trim().min(1).max(40) }).optional(),
    /** Lines of the pricing by name. */
    pricing: z.record(visibleLine(100), Figure).optional(),
  })
  .refine(
    ({ amount, pricing = {} }) => amount !== undefined || Object.keys(pricing).length > 0,
    "at least one figure: an amount or a line of the pricing",
  )
  .refine(({ pricing = {} }) => Object.keys(pricing).length <= MOST_LINES, `more than ${MOST_LINES} lines`);
export type NewFigures = z.infer<typeof NewFigures>;

/** How a party's figure compares with the record. `higher` and `lower` are only for numbers of one unit. */
export const Relation = z.enum(["equal", "differs", "higher", "lower"]);
export type Relation = z.infer<typeof Relation>;

/** What one party says a field is. Equal letters are equal values; letters mean nothing in another dispute. */
const Said = z.object({ party: z.string(), letter: z.string(), relation: Relation.nullable() });

export const FigureRow = z.object({
  /** `amount`, or `pricing/` and the name of a line. */
  field: z.string(),
  /** Null where the portal could not open the record for a party, because its key is held by a program. */
  record: z.string().nullable(),
  said: z.array(Said),
  /** Parties whose letter differs from the record's or, without a record, from the first party's. Empty if all agree. */
  differ: z.array(z.string()),
});
export type FigureRow = z.infer<typeof FigureRow>;
