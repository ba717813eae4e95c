import { useLocale, useTranslations } from "next-intl";
import { SquareRows } from "@/components/chart/square-rows";
import { type Series, type StackedDay, StackedDays } from "@/components/chart/stacked-days";
import { Twin } from "@/components/chart/twin";
import { Table } from "@/components/ui/table";
import { type Figures, RequestStage } from "@/lib/api-client/operations/figures";
import { formatCount } from "@/lib/format";

type Opening = Figures["openings"][number];

/** The series of an opening: emergency and masked looks apart, openings in full by their purpose. */
function seriesOf({ is_emergency, level, purpose }: Opening): string {
  if (is_emergency) return "emergency";
  if (level === "masked") return "masked";
  return purpose === "compliance" || purpose === "audit" ? purpose : "other";
}

const DAY_MS = 86_400_000;

/** Every day of the period, also those without an opening. */
function daysOf({ openings, days, at }: Figures): StackedDay[] {
  const last = Math.floor(Date.parse(at) / DAY_MS) * DAY_MS;
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(last - (days - 1 - index) * DAY_MS).toISOString().slice(0, 10);
    const counts: Record<string, number> = {};
    for (const one of openings)
      if (one.day === day) counts[seriesOf(one)] = (counts[seriesOf(one)] ?? 0) + one.count;
    return { day, counts };
  });
}

function OpeningTable({ openings, days }: Pick<Figures, "openings" | "days">) {
  const t = useTranslations("operations.openings");
  const purposes = useTranslations("domain.purposes");
  const locale = useLocale();
  if (openings.length === 0) return <p className="py-2 text-control text-ink-2">{t("none", { days })}</p>;
  return (
    <Table<Opening>
      caption={t("caption")}
      rows={[...openings].reverse()}
      rowKey={({ day, purpose, level, is_emergency }) => `${day} ${purpose} ${level} ${is_emergency}`}
      columns={[
        { key: "day", head: t("day"), isTitle: true, cell: ({ day }) => day },
        {
          key: "purpose",
          head: t("purpose"),
          cell: ({ purpose, is_emergency }) => (is_emergency ? t("emergency") : purposes(purpose)),
        },
        { key: "level", head: t("level"), cell: ({ level }) => t(`levels.${level}`) },
        { key: "count", head: t("count"), isNumber: true, cell: ({ count }) => formatCount(count, locale) },
      ]}
    />
  );
}

/** Openings under a grant by day. */
export function OpeningsChart({ figures }: { figures: Figures }) {
  const t = useTranslations("operations.openings");
  const purposes = useTranslations("domain.purposes");
  const series: readonly Series[] = [
    { key: "compliance", name: purposes("compliance"), fill: "accent" },
    { key: "audit", name: purposes("audit"), fill: "hatched" },
    { key: "other", name: t("other"), fill: "wash" },
    { key: "masked", name: t("masked"), fill: "ink" },
    { key: "emergency", name: t("emergency"), fill: "amber" },
  ];
  const count = figures.openings.reduce((sum, one) => sum + one.count, 0);
  const table = <OpeningTable openings={figures.openings} days={figures.days} />;
  return (
    <Twin
      title={t("title")}
      finding={count === 0 ? undefined : t("finding", { count, days: figures.days })}
      chart={count === 0 ? table : <StackedDays label={t("label")} days={daysOf(figures)} series={series} />}
      table={table}
    />
  );
}

type Stage = Figures["requests"][number];

const NOTHING = { under_2_days: 0, days_2_to_5: 0, over_5_days: 0, late: 0 };

function countsOf({ under_2_days, days_2_to_5, over_5_days, late }: Omit<Stage, "stage">) {
  return { fresh: under_2_days, middle: days_2_to_5, old: over_5_days, late };
}

/** Requests that are being decided, by stage and age. It counts them and names none. */
export function RequestsChart({ requests }: Pick<Figures, "requests">) {
  const t = useTranslations("operations.requests");
  const rows = RequestStage.options.map((stage) => ({
    key: stage,
    name: t(`stages.${stage}`),
    counts: countsOf(requests.find((one) => one.stage === stage) ?? NOTHING),
  }));
  const legend = {
    fresh: t("ages.fresh"),
    middle: t("ages.middle"),
    old: t("ages.old"),
    late: t("ages.late"),
  };
  const sum = ({ fresh, middle, old, late }: (typeof rows)[number]["counts"]) => fresh + middle + old + late;
  const count = rows.reduce((all, row) => all + sum(row.counts), 0);
  const late = rows.reduce((all, row) => all + row.counts.late, 0);
  const age = (key: keyof typeof legend) =>
    ({
      key,
      head: legend[key],
      isNumber: true,
      cell: (row: (typeof rows)[number]) => row.counts[key],
    }) as const;
  return (
    <Twin
      title={t("title")}
      finding={t("finding", { count, late })}
      chart={<SquareRows label={t("label")} rows={rows} legend={legend} />}
      table={
        <Table<(typeof rows)[number]>
          caption={t("caption")}
          rows={rows}
          rowKey={({ key }) => key}
          columns={[
            { key: "stage", head: t("stage"), isTitle: true, cell: ({ name }) => name },
            age("fresh"),
            age("middle"),
            age("old"),
            age("late"),
            { key: "total", head: t("total"), isNumber: true, cell: ({ counts }) => sum(counts) },
          ]}
        />
      }
    />
  );
}
