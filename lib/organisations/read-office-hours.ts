import "server-only";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { contentEtagOf } from "@/lib/etag";
import { findAgency } from "@/lib/organisations/agency/store";
import { isOpen, nextOpening } from "@/lib/organisations/hours";
import type { OfficeHours } from "@/lib/organisations/schema";
import { findOrganisation, getOffice } from "@/lib/organisations/store";

/** Returns the entity tag of an organisation's hours. It covers the settings, and not whether they are open now. */
export function etagOfHours(hours: OfficeHours): string {
  const { zone, weekly_hours, holiday_region, closed_dates, open_dates, home_jurisdictions } = hours;
  return contentEtagOf({ zone, weekly_hours, holiday_region, closed_dates, open_dates, home_jurisdictions });
}

/** Returns an organisation's set hours and whether they are open now. Throws `organisation.not-found`. */
export async function readOfficeHours(tx: Tx, tenantId: string, id: string, now: Date): Promise<OfficeHours> {
  const found = await findOrganisation(tx, tenantId, id);
  if (found === undefined) throw new DomainError("organisation.not-found");
  const { name, choice, homes, isOperator } = found;
  const office = await getOffice(tx, id);
  const { weeklyHours } = office;
  const isOpenNow = weeklyHours !== undefined && isOpen(weeklyHours, office, now);
  const next = weeklyHours === undefined || isOpenNow ? undefined : nextOpening(weeklyHours, office, now);
  return {
    id,
    name,
    zone: office.zone,
    weekly_hours:
      weeklyHours === undefined
        ? null
        : Object.fromEntries(
            Object.entries(weeklyHours).map(([day, [opens, closes]]) => [day, [opens, closes]]),
          ),
    holiday_region: choice.region,
    closed_dates: choice.closed,
    open_dates: choice.open,
    home_jurisdictions: [...homes],
    is_operator: isOperator,
    is_agency: (await findAgency(tx, tenantId, id)) !== undefined,
    holidays: [...office.holidays],
    ...(choice.until === undefined ? {} : { holidays_until: choice.until }),
    ...(weeklyHours === undefined ? {} : { is_open: isOpenNow }),
    ...(next === undefined ? {} : { next_opening_at: next.toISOString() }),
  };
}

/** Returns an organisation's hours, for administrators. */
export async function getHours(cx: Context, id: string): Promise<OfficeHours> {
  return inSnapshot(cx, (tx) => readOfficeHours(tx, cx.instance.tenantId, id, cx.clock.now()));
}
