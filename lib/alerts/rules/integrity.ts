import "server-only";
import { z } from "zod";
import { DAY_MINUTES, type Finding, type Rule, since } from "@/lib/alerts/rules/rule";
import { Prisma } from "@/lib/db/generated/client";

const Row = z.object({ seq: z.coerce.number().int(), outcome: z.string() });
export type VerificationRow = z.infer<typeof Row>;

/** Verifications of the log that the log itself records as failed. One is enough, so it has no figure to set. */
export const integrity: Rule<VerificationRow> = {
  name: "integrity",
  async read(tx, { tenantId, log, now }) {
    const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
      SELECT l.seq, i.outcome
      FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id AND l.log = ${log}
      WHERE i.tenant_id = ${tenantId}::uuid AND i.action = 'audit.verify' AND i.at >= ${since(now, DAY_MINUTES)}
      ORDER BY l.seq LIMIT 20000`);
    return z.array(Row).parse(rows);
  },
  judge(rows): Finding[] {
    const failed = rows.filter(({ outcome }) => outcome === "failed").map(({ seq }) => seq);
    return failed.length === 0 ? [] : [{ subject: "instance", entries: failed }];
  },
};
