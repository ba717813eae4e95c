import "server-only";
import { z } from "zod";
import { atLeast, DAY_MINUTES, entryRule } from "@/lib/alerts/rules/rule";
import { sql } from "@/lib/db/statement";
import { OWN_APPROVAL } from "@/lib/errors";

// Rules about refused acts.

const Denial = z.object({ actor: z.string(), seq: z.coerce.number().int() });
export type DenialRow = z.infer<typeof Denial>;

/** Many refusals of one person, or of programs with their keys, in a short time. */
export const denialBurst = entryRule({
  name: "denial-burst",
  row: Denial,
  minutes: ({ denials_minutes }) => denials_minutes,
  columns: sql`i.actor, l.seq`,
  which: sql`i.outcome = 'denied' AND i.actor IS NOT NULL AND i.actor NOT LIKE 'system:%'`,
  judge: (rows, { denials: least }) =>
    atLeast(
      rows.map(({ actor, seq }) => ({ subject: `actor:${actor}`, seq })),
      least,
    ),
});

const Approval = z.object({
  actor: z.string(),
  seq: z.coerce.number().int(),
  /** What they would have approved is theirs, also by another account of the same person. */
  is_own: z.boolean(),
});

const OWN = { sql: `'${OWN_APPROVAL}'`, values: [] };

/**
 * Refused attempts to approve, decide or close what is one's own, also from another account of the same person. Of requests
 * the requester says whose they are; the refusal of everything else has an action of its own.
 */
export const selfApproval = entryRule({
  name: "self-approval",
  row: Approval,
  minutes: () => DAY_MINUTES,
  columns: sql`i.actor, l.seq,
    i.action = ${OWN} OR coalesce(u.id IN (SELECT same_human(r.requester_user_id)), false) AS is_own`,
  joins: sql`JOIN app_user u ON u.tenant_id = i.tenant_id AND u.pseudonym = i.actor
    LEFT JOIN access_request r ON r.id = i.request_id`,
  which: sql`i.action IN (${OWN}, 'request.decide', 'request.release', 'request.propose-release') AND i.outcome = 'denied'`,
  judge: (rows, { self_approvals: least }) => {
    const own = rows.filter((row) => row.is_own);
    return atLeast(
      own.map(({ actor, seq }) => ({ subject: `actor:${actor}`, seq })),
      least,
    );
  },
});
