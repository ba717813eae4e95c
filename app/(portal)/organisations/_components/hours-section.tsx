import { getLocale, getTranslations } from "next-intl/server";
import { type Fact, Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { formatTime, regionName } from "@/lib/format";
import type { OfficeHours } from "@/lib/organisations/schema";
import { ChangeHours } from "./hours-form";
import { shownHours, WEEKDAYS } from "./typed-hours";

async function OpenNow({ hours }: { hours: OfficeHours }) {
  const t = await getTranslations("organisations");
  const { is_open: isOpen, next_opening_at: next } = hours;
  return (
    <p className="max-w-[80ch] py-2 text-control">
      {isOpen === undefined ? t("noHours") : t(isOpen ? "openNow" : "closedNow")}{" "}
      {next === undefined ? null : (
        <>
          {t("opens")} <LocalTime instant={next} form="minute" />.
        </>
      )}
    </p>
  );
}

/** Dates without a time of day, in words. */
async function daysInWords(): Promise<(dates: readonly string[]) => string> {
  const locale = await getLocale();
  return (dates) =>
    dates.map((date) => formatTime(new Date(date), { timeZone: "UTC", locale, form: "day" })).join(", ");
}

/** Returns the hours as facts; what is not set is left out. */
async function factsOf(hours: OfficeHours): Promise<Fact[]> {
  const [t, locale, days] = await Promise.all([
    getTranslations("organisations.form"),
    getLocale(),
    daysInWords(),
  ]);
  const { weekly_hours: week, holiday_region: region } = hours;
  const state = region?.state === undefined ? "" : `, ${region.state}`;
  const optional = [
    { name: t("country"), value: region === null ? "" : `${regionName(region.country, locale)}${state}` },
    { name: t("closedDates"), value: days(hours.closed_dates) },
    { name: t("openDates"), value: days(hours.open_dates) },
    { name: t("homes"), value: hours.is_operator ? hours.home_jurisdictions.join(", ") : "" },
  ];
  return [
    { name: t("zone"), value: hours.zone },
    ...(week === null
      ? []
      : WEEKDAYS.map((day) => ({ name: t(`days.${day}`), value: shownHours(week[day]) ?? t("closed") }))),
    ...optional.filter(({ value }) => value !== ""),
  ];
}

/** When an organisation is open, with the drawer that changes it, and every day on which it is closed. */
export async function HoursSection({ hours }: { hours: OfficeHours }) {
  const [t, days] = await Promise.all([getTranslations("organisations"), daysInWords()]);
  const { holidays, holidays_until: until } = hours;
  return (
    <>
      <Section title={t("hours")} action={<ChangeHours hours={hours} />}>
        <p className="max-w-[80ch] pt-2 text-control text-ink-2">{t("help")}</p>
        <OpenNow hours={hours} />
        <Facts look="aligned" facts={await factsOf(hours)} />
      </Section>
      <Section title={t("holidays")} count={holidays.length}>
        <p className="py-2 text-control text-ink-2">
          {until === undefined ? t("noRegion") : t("until", { day: days([until]) })}
        </p>
        <p className="max-w-[80ch] text-control">{days(holidays)}</p>
      </Section>
    </>
  );
}
