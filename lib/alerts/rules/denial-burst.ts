import "server-only";
import { z } from "zod";
import { atLeast, type Rule, since } from "@/lib/alerts/rules/rule";
import { statement } from "@/lib/db/statement";

const Row = z.object({ actor: z.string(), seq: z.coerce.number().int() });
export type DenialRow = z.infer<typeof Row>;

const READ = statement<{ readonly log: string; readonly tenantId: string; readonly from: string }, unknown>(
  "alert-denials",
)`
  SELECT i.actor, l.seq
  FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id AND l.log = ${({ log }) => log}
  WHERE i.tenant_id = ${({ tenantId }) => tenantId}::uuid AND i.outcome = 'denied' AND i.actor IS NOT NULL
    AND i.actor NOT LIKE 'system:%' AND i.at >= ${({ from }) => from} AND NOT i.is_suspicion
  ORDER BY l.seq LIMIT 20000`;

/** Many refusals of one person, or of programs with their keys, in a short time. */
export const denialBurst: Rule<DenialRow> = {
  name: "denial-burst",
  async read(tx, { tenantId, log, now, thresholds }) {
    return z
      .array(Row)
      .parse(await tx.run(READ, { log, tenantId, from: since(now, thresholds.denials_minutes) }));
  },
  judge(rows, { denials: least }) {
    return atLeast(
      rows.map(({ actor, seq }) => ({ subject: `actor:${actor}`, seq })),
      least,
    );
  },
};
