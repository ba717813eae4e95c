import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import { type EventFilter, isFiltered } from "./read-filter";

const NAMES = ["from", "to", "actor", "action", "subject", "outcome", "purpose"] as const;

/** What a filter asks for, in words: the whole log where it asks for nothing. */
export function FilterWords({ filter }: { filter: EventFilter }) {
  const t = useTranslations("audit.filter");
  const outcomes = useTranslations("audit.outcomes");
  if (!isFiltered(filter)) return <>{t("everything")}</>;
  return (
    <ul>
      {NAMES.map((name) => {
        const value = filter[name];
        if (value === undefined) return null;
        const isTime = name === "from" || name === "to";
        return (
          <li key={name}>
            {t(`names.${name}`)}{" "}
            {isTime ? (
              <LocalTime instant={value} />
            ) : filter.outcome === value && name === "outcome" ? (
              outcomes(filter.outcome)
            ) : (
              <span className="wrap-anywhere">{value}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
