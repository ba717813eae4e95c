import { useLocale, useTranslations } from "next-intl";
import { PeriodName } from "@/app/(portal)/_kit/period-table";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { formatCount } from "@/lib/format";
import type { DryRunResult } from "@/lib/policies/dry-run/schema";

type Change = DryRunResult["retention"]["changes"][number];

/** What a changed period ends, when, and what holds keep. */
function Effect({ change }: { change: Change }) {
  const t = useTranslations("policies.retention");
  const { kind, before, after, removes, kept_by_hold: kept = 0, first_at: firstAt } = change;
  if (after >= before) return <>{t("longer")}</>;
  if (removes + kept > 0)
    return (
      <>
        {t(kind === "class" ? "removesEntries" : "removesKeys", { count: removes })}{" "}
        {kept === 0 ? null : t("kept", { count: kept })}
      </>
    );
  if (firstAt === null) return <>{t("nothing")}</>;
  return (
    <>
      {t("notYet")} <LocalTime instant={firstAt} form="day" />
    </>
  );
}

/** What a draft changes of how long the log keeps data. Nothing where it changes nothing of that. */
export function RetentionImpact({ changes }: { changes: readonly Change[] }) {
  const t = useTranslations("policies.retention");
  const locale = useLocale();
  if (changes.length === 0) return null;
  return (
    <Section title={t("impact")} count={changes.length}>
      <ul>
        {changes.map((change) => (
          <li
            key={`${change.kind} ${change.name}`}
            className="border-line border-b py-3 text-body last:border-b-0"
          >
            <span className="block">
              {t(change.kind === "class" ? "ofClass" : "ofRole")}{" "}
              <PeriodName of={change.kind} name={change.name} />:{" "}
              <del className="text-ink-3">{formatCount(change.before, locale)}</del>{" "}
              <ins className="border-accent-line border-b bg-accent-wash font-semibold no-underline">
                {t("days", { count: change.after })}
              </ins>
            </span>
            <span className="block text-control text-ink-2">
              <Effect change={change} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
