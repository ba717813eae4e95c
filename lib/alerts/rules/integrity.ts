import "server-only";
import { z } from "zod";
import { DAY_MINUTES, type Finding, type Rule, since } from "@/lib/alerts/rules/rule";
import { statement } from "@/lib/db/statement";

const Row = z.object({ seq: z.coerce.number().int(), outcome: z.string() });
export type VerificationRow = z.infer<typeof Row>;

const READ = statement<{ readonly log: string; readonly tenantId: string; readonly from: string }, unknown>(
  "alert-verifications",
)`
  SELECT l.seq, i.outcome
  FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id AND l.log = ${({ log }) => log}
  WHERE i.tenant_id = ${({ tenantId }) => tenantId}::uuid AND i.action = 'audit.verify' AND i.at >= ${({ from }) => from}
  ORDER BY l.seq LIMIT 20000`;

/** Verifications of the log that the log itself records as failed. One is enough, so it has no figure to set. */
export const integrity: Rule<VerificationRow> = {
  name: "integrity",
  async read(tx, { tenantId, log, now }) {
    return z.array(Row).parse(await tx.run(READ, { log, tenantId, from: since(now, DAY_MINUTES) }));
  },
  judge(rows): Finding[] {
    const failed = rows.filter(({ outcome }) => outcome === "failed").map(({ seq }) => seq);
    return failed.length === 0 ? [] : [{ subject: "instance", entries: failed }];
  },
};
