import "server-only";
import { z } from "zod";
import { atLeast, type Rule, since } from "@/lib/alerts/rules/rule";
import { Prisma } from "@/lib/db/generated/client";

const Row = z.object({ actor: z.string(), seq: z.coerce.number().int() });
export type DenialRow = z.infer<typeof Row>;

/** Many refusals of one person, or of programs with their keys, in a short time. */
export const denialBurst: Rule<DenialRow> = {
  name: "denial-burst",
  async read(tx, { tenantId, log, now, thresholds }) {
    const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
      SELECT i.actor, l.seq
      FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id AND l.log = ${log}
      WHERE i.tenant_id = ${tenantId}::uuid AND i.outcome = 'denied' AND i.actor IS NOT NULL
        AND i.actor NOT LIKE 'system:%' AND i.at >= ${since(now, thresholds.denials_minutes)} AND NOT i.is_suspicion
      ORDER BY l.seq LIMIT 20000`);
    return z.array(Row).parse(rows);
  },
  judge(rows, { denials: least }) {
    return atLeast(
      rows.map(({ actor, seq }) => ({ subject: `actor:${actor}`, seq })),
      least,
    );
  },
};
