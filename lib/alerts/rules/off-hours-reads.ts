import "server-only";
import { z } from "zod";
import { atLeast, type Rule, since } from "@/lib/alerts/rules/rule";
import { statement } from "@/lib/db/statement";
import { isOpen, OFFICE_HOURS, type WeeklyHours } from "@/lib/organisations/hours";

const Hours = z.partialRecord(z.enum(["1", "2", "3", "4", "5", "6", "7"]), z.tuple([z.string(), z.string()]));

const Row = z.object({
  actor: z.string(),
  at: z.coerce.date(),
  seq: z.coerce.number().int(),
  zone: z.string(),
  /** Hours that cannot be read count as none set. */
  weekly_hours: Hours.nullable().catch(null),
  holidays: z.string().nullable(),
});
export type ReadRow = z.infer<typeof Row>;

function hoursOf({ weekly_hours: own }: ReadRow): WeeklyHours {
  return own ?? OFFICE_HOURS;
}

function isOffHours(row: ReadRow): boolean {
  const holidays = (row.holidays ?? "").split(/[\s,]+/).filter((day) => day !== "");
  return !isOpen(hoursOf(row), { zone: row.zone, holidays }, row.at);
}

const READ = statement<{ readonly log: string; readonly tenantId: string; readonly from: string }, unknown>(
  "alert-openings",
)`
  SELECT i.actor, i.at, l.seq, o.zone, o.weekly_hours, o.holidays
  FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id AND l.log = ${({ log }) => log}
    JOIN app_user u ON u.tenant_id = i.tenant_id AND u.pseudonym = i.actor
    JOIN organisation o ON o.id = u.organisation_id
  WHERE i.tenant_id = ${({ tenantId }) => tenantId}::uuid AND i.action = 'disclosure.open' AND i.outcome = 'done'
    AND i.at >= ${({ from }) => from} AND NOT i.is_suspicion
  ORDER BY l.seq LIMIT 20000`;

/**
 * Many openings by one person outside the opening hours of their organisation. Without hours of its own an organisation
 * has Monday to Friday, 09:00 to 17:00 in its zone.
 */
export const offHoursReads: Rule<ReadRow> = {
  name: "off-hours-reads",
  async read(tx, { tenantId, log, now, thresholds }) {
    return z
      .array(Row)
      .parse(await tx.run(READ, { log, tenantId, from: since(now, thresholds.off_hours_minutes) }));
  },
  judge(rows, { off_hours_reads: least }) {
    const counted = rows.filter(isOffHours).map(({ actor, seq }) => ({ subject: `actor:${actor}`, seq }));
    return atLeast(counted, least);
  },
};
