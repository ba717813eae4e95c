import { z } from "zod";

const Budget = z.number().int().positive();

/** RATE_BUDGETS: any subset of these classes, calls a minute. */
const RateBudgets = z
  .strictObject({
    reads: Budget,
    writes: Budget,
    open: Budget,
    audit: Budget,
    decisions: Budget,
    batch: Budget,
    export: Budget,
    sign_in: Budget,
    anonymous: Budget,
  })
  .partial();

/** The text of RATE_BUDGETS, parsed. */
export const Budgets = z
  .string()
  .default("{}")
  .transform((value, context) => {
    try {
      return RateBudgets.parse(JSON.parse(value));
    } catch {
      context.addIssue({ code: "custom", message: "not a JSON object of known classes" });
      return z.NEVER;
    }
  });
