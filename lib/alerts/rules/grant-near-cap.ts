import "server-only";
import { z } from "zod";
import type { Finding, Rule } from "@/lib/alerts/rules/rule";
import { statement } from "@/lib/db/statement";

const Row = z.object({
  grant: z.string(),
  views_used: z.number().int(),
  max_views: z.number().int(),
  exports_used: z.number().int(),
  max_exports: z.number().int(),
  /** The newest entry of its use. */
  seq: z.coerce.number().int(),
});
export type GrantRow = z.infer<typeof Row>;

/** Compared without division, so that the boundary is exact. */
function isNear(used: number, most: number, percent: number): boolean {
  return most > 0 && used * 100 >= most * percent;
}

const READ = statement<{ readonly log: string; readonly tenantId: string; readonly now: Date }, unknown>(
  "alert-grants",
)`
  SELECT g.id::text AS grant, g.views_used, g.max_views, g.exports_used, g.max_exports, l.seq
  FROM access_grant g CROSS JOIN LATERAL (SELECT l.seq FROM disclosure d
      JOIN audit_leaf l ON l.entry_id = d.outcome_entry_id AND l.log = ${({ log }) => log}
    WHERE d.grant_id = g.id ORDER BY d.id DESC LIMIT 1) l
  WHERE g.tenant_id = ${({ tenantId }) => tenantId}::uuid AND g.state = 'active' AND g.not_after > ${({ now }) => now}
    AND (g.views_used > 0 OR g.exports_used > 0)
  ORDER BY g.id LIMIT 20000`;

/** Valid grants whose views or exports are nearly used up. */
export const grantNearCap: Rule<GrantRow> = {
  name: "grant-near-cap",
  async read(tx, { tenantId, log, now }) {
    return z.array(Row).parse(await tx.run(READ, { log, tenantId, now }));
  },
  judge(rows, { grant_cap_percent: percent }): Finding[] {
    return rows
      .filter(
        (row) =>
          isNear(row.views_used, row.max_views, percent) ||
          isNear(row.exports_used, row.max_exports, percent),
      )
      .map(({ grant, seq }) => ({ subject: `grant:${grant}`, entries: [seq] }));
  },
};
