import { useLocale, useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import { formatCount } from "@/lib/format";
import type { DryRunResult, PastDifference, PastOutcome } from "@/lib/policies/dry-run/schema";

const DAY_MS = 86_400_000;
const MOST_SHOWN = 40;
/** Squares on top of each other; more of a day are in the table. */
const MOST_HIGH = 6;

function useOutcome(): (outcome: PastOutcome) => string {
  const t = useTranslations("policies.past");
  const fields = useTranslations("domain.fields");
  const levels = useTranslations("domain.levels");
  return ({ outcome, levels: seen, policies }) => {
    if (outcome === "refused")
      return policies.length === 0 ? t("refused") : t("refusedBy", { policies: policies.join(", ") });
    return Object.entries(seen)
      .map(([group, level]) => `${fields(group as "amount")}: ${levels(level)}`)
      .join(", ");
  };
}

/** A square for each past decision that would differ, over the days. The table has the same. */
function Chart({ result }: { result: DryRunResult }) {
  const start = Math.floor(Date.parse(result.decisions.since) / DAY_MS);
  const dayOf = ({ at }: PastDifference): number => Math.floor(Date.parse(at) / DAY_MS) - start;
  const days = Math.max(90, ...result.past.map((one) => dayOf(one) + 1));
  const counts = new Map<number, number>();
  for (const one of result.past) counts.set(dayOf(one), (counts.get(dayOf(one)) ?? 0) + 1);
  const squares = [...counts].flatMap(([day, count]) =>
    Array.from({ length: Math.min(count, MOST_HIGH) }, (_, high) => ({ day, high })),
  );
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 ${days * 10} ${MOST_HIGH * 9 + 2}`}
      preserveAspectRatio="none"
      className="mt-2 h-[56px] w-full border-line-2 border-b"
    >
      {squares.map(({ day, high }) => (
        <rect
          key={`${day}-${high}`}
          x={day * 10 + 1}
          y={(MOST_HIGH - high - 1) * 9 + 2}
          width="7"
          height="7"
          className="fill-amber"
        />
      ))}
    </svg>
  );
}

function useColumns(): Column<PastDifference>[] {
  const t = useTranslations("policies.past");
  const outcome = useOutcome();
  return [
    { key: "at", head: t("at"), isTitle: true, cell: ({ at }) => <LocalTime instant={at} form="minute" /> },
    { key: "before", head: t("before"), isNamed: true, cell: ({ before }) => outcome(before) },
    { key: "after", head: t("after"), isNamed: true, cell: ({ after }) => outcome(after) },
    { key: "entry", head: t("entry"), cell: ({ entry_id: id }) => <Digest value={id} /> },
  ];
}

/** The decisions of the last 90 days, decided again by the draft. */
export function Past({ result }: { result: DryRunResult }) {
  const t = useTranslations("policies.past");
  const locale = useLocale();
  const columns = useColumns();
  const { total, differ, unreadable } = result.decisions;
  const same = formatCount(total - differ, locale);
  return (
    <Section
      title={
        <>
          {t("title")}{" "}
          <span className="ml-2 font-normal text-control text-ink-2">
            {t("lead", { same, differ: formatCount(differ, locale) })}
          </span>
        </>
      }
      level={3}
      className="mt-6"
    >
      {unreadable > 0 ? (
        <p className="py-2 text-control text-ink-2">{t("unreadable", { count: unreadable })}</p>
      ) : null}
      {result.past.length === 0 ? (
        <p className="py-2 text-control text-ink-2">{t("none")}</p>
      ) : (
        <>
          <Chart result={result} />
          <details className="mt-2">
            <summary className="min-h-[24px] cursor-pointer text-control underline underline-offset-4">
              {t("table")}
            </summary>
            <Table
              caption={t("title")}
              columns={columns}
              rows={result.past.slice(0, MOST_SHOWN)}
              rowKey={({ entry_id: id }) => id}
            />
            {result.past.length > MOST_SHOWN || result.past_more ? (
              <p className="py-2 text-control text-ink-2">{t("more")}</p>
            ) : null}
          </details>
        </>
      )}
    </Section>
  );
}
