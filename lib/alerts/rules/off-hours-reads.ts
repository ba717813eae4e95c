import "server-only";
import { z } from "zod";
import { atLeast, entryRule } from "@/lib/alerts/rules/rule";
import { sql } from "@/lib/db/statement";
import { isOpen, OFFICE_HOURS, type WeeklyHours } from "@/lib/organisations/hours";

const Hours = z.partialRecord(z.enum(["1", "2", "3", "4", "5", "6", "7"]), z.tuple([z.string(), z.string()]));

const Row = z.object({
  actor: z.string(),
  at: z.coerce.date(),
  seq: z.coerce.number().int(),
  zone: z.string(),
  /** Hours that cannot be read are treated as not set. */
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

/**
 * Raises an alert when one person makes many openings outside the opening hours of their organisation. An organisation
 * without set hours is open from Monday to Friday, 09:00–17:00 in its zone.
 */
export const offHoursReads = entryRule({
  name: "off-hours-reads",
  row: Row,
  minutes: ({ off_hours_minutes }) => off_hours_minutes,
  columns: sql`i.actor, i.at, l.seq, o.zone, o.weekly_hours, o.holidays`,
  joins: sql`JOIN app_user u ON u.tenant_id = i.tenant_id AND u.pseudonym = i.actor
    JOIN organisation o ON o.id = u.organisation_id`,
  which: sql`i.action = 'disclosure.open' AND i.outcome = 'done'`,
  judge: (rows, { off_hours_reads: least }) =>
    atLeast(
      rows.filter(isOffHours).map(({ actor, seq }) => ({ subject: `actor:${actor}`, seq })),
      least,
    ),
});
