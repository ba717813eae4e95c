import "server-only";
import { z } from "zod";
import { DAY_MINUTES, entryRule, type Finding } from "@/lib/alerts/rules/rule";
import { sql } from "@/lib/db/statement";

const Row = z.object({ seq: z.coerce.number().int(), outcome: z.string() });

/** Verifications of the log that the log itself records as failed. One is enough, so it has no figure to set. */
export const integrity = entryRule({
  name: "integrity",
  row: Row,
  minutes: () => DAY_MINUTES,
  columns: sql`l.seq, i.outcome`,
  which: sql`i.action = 'audit.verify'`,
  judge: (rows): Finding[] => {
    const failed = rows.filter(({ outcome }) => outcome === "failed").map(({ seq }) => seq);
    return failed.length === 0 ? [] : [{ subject: "instance", entries: failed }];
  },
});
