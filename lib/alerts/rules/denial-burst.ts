import "server-only";
import { z } from "zod";
import { atLeast, entryRule } from "@/lib/alerts/rules/rule";
import { sql } from "@/lib/db/statement";

const Row = z.object({ actor: z.string(), seq: z.coerce.number().int() });
export type DenialRow = z.infer<typeof Row>;

/** Many refusals of one person, or of programs with their keys, in a short time. */
export const denialBurst = entryRule({
  name: "denial-burst",
  row: Row,
  minutes: ({ denials_minutes }) => denials_minutes,
  columns: sql`i.actor, l.seq`,
  which: sql`i.outcome = 'denied' AND i.actor IS NOT NULL AND i.actor NOT LIKE 'system:%'`,
  judge: (rows, { denials: least }) =>
    atLeast(
      rows.map(({ actor, seq }) => ({ subject: `actor:${actor}`, seq })),
      least,
    ),
});
