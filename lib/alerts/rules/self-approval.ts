import "server-only";
import { z } from "zod";
import { atLeast, DAY_MINUTES, type Rule, since } from "@/lib/alerts/rules/rule";
import { statement } from "@/lib/db/statement";

const Row = z.object({
  actor: z.string(),
  seq: z.coerce.number().int(),
  /** The actor is the requester, or another account of the same person. */
  is_own: z.boolean(),
});
export type AttemptRow = z.infer<typeof Row>;

const READ = statement<{ readonly log: string; readonly tenantId: string; readonly from: string }, unknown>(
  "alert-own-decisions",
)`
  SELECT i.actor, l.seq, u.id IN (SELECT same_human(r.requester_user_id)) AS is_own
  FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id AND l.log = ${({ log }) => log}
    JOIN app_user u ON u.tenant_id = i.tenant_id AND u.pseudonym = i.actor
    JOIN access_request r ON r.id = i.request_id
  WHERE i.tenant_id = ${({ tenantId }) => tenantId}::uuid AND i.action IN ('request.decide', 'request.release', 'request.propose-release')
    AND i.outcome = 'denied' AND i.at >= ${({ from }) => from} AND NOT i.is_suspicion
  ORDER BY l.seq LIMIT 20000`;

/** Refused attempts to decide on one's own request, also from another account of the same person. */
export const selfApproval: Rule<AttemptRow> = {
  name: "self-approval",
  async read(tx, { tenantId, log, now }) {
    return z.array(Row).parse(await tx.run(READ, { log, tenantId, from: since(now, DAY_MINUTES) }));
  },
  judge(rows, { self_approvals: least }) {
    const own = rows.filter((row) => row.is_own);
    return atLeast(
      own.map(({ actor, seq }) => ({ subject: `actor:${actor}`, seq })),
      least,
    );
  },
};
