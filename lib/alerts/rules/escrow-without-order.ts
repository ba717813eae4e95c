import "server-only";
import { z } from "zod";
import { atLeast, DAY_MINUTES, entryRule } from "@/lib/alerts/rules/rule";
import { Moment } from "@/lib/db/read-rows";
import { sql } from "@/lib/db/statement";

const Row = z.object({
  seq: z.coerce.number().int(),
  at: Moment,
  grant: z.string().nullable(),
  is_break_glass: z.boolean(),
  is_dispute: z.boolean(),
  /** Of the order that the grant rests on; null without one. */
  valid_from: Moment.nullable(),
  valid_until: Moment.nullable(),
});
export type EscrowRow = z.infer<typeof Row>;

/** Whether an order covered the moment of the opening. A dispute is opened masked, with its party's agreement. */
function isOrdered({ at, valid_from: from, valid_until: until, is_dispute: isDispute }: EscrowRow): boolean {
  if (isDispute) return true;
  return from !== null && until !== null && from <= at && at < until;
}

/** Openings through escrow that rest on no order: emergency access, a grant without an order, or an order not in force. */
export const escrowWithoutOrder = entryRule({
  name: "escrow-without-order",
  row: Row,
  minutes: () => DAY_MINUTES,
  columns: sql`l.seq, d.at, d.grant_id::text AS grant, g.break_glass_id IS NOT NULL AS is_break_glass,
    g.dispute_id IS NOT NULL AS is_dispute, o.valid_from, o.valid_until`,
  joins: sql`JOIN disclosure d ON d.transaction_id = i.transaction_id AND d.outcome_entry_id = i.entry_id
    LEFT JOIN access_grant g ON g.id = d.grant_id
    LEFT JOIN legal_authorization o ON o.id = g.authorization_id`,
  which: sql`i.action = 'disclosure.open' AND i.outcome = 'done' AND d.via = 'escrow'`,
  judge: (rows, { unordered_openings: least }) => {
    const counted = rows
      .filter((row) => !isOrdered(row))
      .map(({ grant, seq }) => ({ subject: grant === null ? "instance" : `grant:${grant}`, seq }));
    return atLeast(counted, least);
  },
});
