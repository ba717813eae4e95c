import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { requireMatch } from "@/lib/etag";
import { publicHolidays } from "@/lib/organisations/holidays";
import { etagOfHours, readOfficeHours } from "@/lib/organisations/read-office-hours";
import type { OfficeHoursAnswer, OfficeHoursBody } from "@/lib/organisations/schema";
import { findOrganisation, lockOrganisation, updateHours } from "@/lib/organisations/store";

/** Returns the public holidays without those on which the organisation is open, and its own closed days. */
function closedDates(input: OfficeHoursBody, holidays: readonly string[]): string[] {
  const dates = new Set([
    ...holidays.filter((date) => !input.open_dates.includes(date)),
    ...input.closed_dates,
  ]);
  return [...dates].sort();
}

/**
 * Sets when an organisation is open: zone, week and holidays. The holidays of a region are computed here. The hours apply
 * to its auditors, and to its regulators if weekly hours are set, from the next decision on. The entry records the earlier
 * settings. Throws `request.outdated` if `ifMatch` names hours other than the current ones.
 */
export async function setHours(
  cx: Context,
  id: string,
  input: OfficeHoursBody,
  ifMatch?: string,
): Promise<OfficeHoursAnswer> {
  const now = cx.clock.now();
  const region = input.holiday_region;
  const computed = region === null ? undefined : await publicHolidays(region, now);
  const { tenantId } = cx.instance;
  const { entry, hours } = await inTransaction(cx, async (tx) => {
    await lockOrganisation(tx, id);
    if ((await findOrganisation(tx, tenantId, id)) === undefined)
      throw new DomainError("organisation.not-found");
    const before = await readOfficeHours(tx, tenantId, id, now);
    requireMatch(ifMatch, etagOfHours(before));
    const appended = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "organisation.change",
      subjects: [`organisation:${id}`],
      details: {
        organisation: id,
        before: {
          zone: before.zone,
          weekly_hours: before.weekly_hours,
          holidays: before.holidays.length,
          home_jurisdictions: before.home_jurisdictions,
        },
        after: JSON.parse(JSON.stringify(input)),
      },
    });
    await updateHours(tx, id, {
      zone: input.zone,
      weeklyHours: input.weekly_hours ?? undefined,
      holidays: closedDates(input, computed?.dates ?? []),
      choice: {
        region,
        closed: input.closed_dates,
        open: input.open_dates,
        ...(computed === undefined ? {} : { until: computed.until }),
      },
      homes: input.home_jurisdictions,
    });
    return { entry: appended, hours: await readOfficeHours(tx, tenantId, id, now) };
  });
  return { ...hours, receipt: await issueReceipt(cx, entry) };
}
