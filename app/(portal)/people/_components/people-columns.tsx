import { useLocale, useTranslations } from "next-intl";
import { useStanding } from "@/components/domain/standing-words";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import type { PersonSummary } from "@/lib/administration/people/schema";
import { formatTime } from "@/lib/format";
import { Looks, StateTag } from "./person-words";

/** Columns of the list of people. */
export function usePeopleColumns(): Column<PersonSummary>[] {
  const t = useTranslations("administration.people");
  const standing = useStanding();
  const locale = useLocale();
  const dayOf = (day: string) => formatTime(new Date(day), { timeZone: "UTC", locale, form: "day" });
  return [
    { key: "name", head: t("columns.name"), isTitle: true, cell: ({ name }) => name },
    { key: "organisation", head: t("columns.organisation"), cell: ({ organisation }) => organisation.name },
    { key: "role", head: t("columns.role"), cell: ({ role, duties }) => standing(role, duties) },
    {
      key: "factor",
      head: t("columns.factor"),
      cell: ({ signs_in_with: factor }) => t(`factors.${factor}`),
    },
    {
      key: "seen",
      head: t("columns.seen"),
      isNamed: true,
      cell: ({ last_seen_at: seen }) =>
        seen === null ? t("never") : <LocalTime instant={seen} form="minute" />,
    },
    {
      key: "state",
      head: t("columns.state"),
      cell: ({ state, leaves_on: day, looks }) => (
        <span className="block max-tablet:inline-flex max-tablet:flex-col max-tablet:items-start max-tablet:text-left">
          <StateTag state={state} />
          {day === null ? null : (
            <span className="block text-note text-ink-2">{t("leavesOn", { day: dayOf(day) })}</span>
          )}
          <Looks looks={looks} />
        </span>
      ),
    },
  ];
}
