import { useLocale, useTranslations } from "next-intl";
import { type Column, Table } from "@/components/ui/table";
import { formatCount } from "@/lib/format";
import type { Figures } from "@/lib/transparency/schema";

type Row = Pick<Figures["kinds"][number], "outcomes" | "answered" | "overdue" | "disclosures"> & {
  readonly kind: Figures["kinds"][number]["kind"] | "all";
};
type Figure = Row["answered"];

const OUTCOMES = ["granted", "narrowed", "denied", "withdrawn", "lapsed"] as const;
const SUMS = ["answered", "overdue", "disclosures"] as const;

/** Shows the figures of one quarter: a row for each kind of instrument, and one for all kinds. */
export function QuarterTable({ figures }: { figures: Figures }) {
  const t = useTranslations("transparency");
  const locale = useLocale();
  const say = ({ value, from = 0, to }: Figure): string => {
    const least = formatCount(from, locale);
    if (value !== undefined) return formatCount(value, locale);
    if (to !== undefined) return t("figure.between", { from: least, to: formatCount(to, locale) });
    return from === 0 ? t("figure.unsaid") : t("figure.atLeast", { from: least });
  };
  const columns: Column<Row>[] = [
    { key: "kind", head: t("columns.kind"), isTitle: true, cell: ({ kind }) => t(`kinds.${kind}`) },
    ...OUTCOMES.map((outcome) => ({
      key: outcome,
      head: t(`columns.${outcome}`),
      cell: ({ outcomes }: Row) => say(outcomes[outcome]),
    })),
    ...SUMS.map((sum) => ({ key: sum, head: t(`columns.${sum}`), cell: (row: Row) => say(row[sum]) })),
  ];
  const rows: Row[] = [...figures.kinds, { kind: "all", ...figures.all }];
  return (
    <>
      <Table
        caption={t("caption", { quarter: figures.quarter })}
        columns={columns}
        rows={rows}
        rowKey={({ kind }) => kind}
      />
      <p className="mt-4 text-body">{t("breakGlass", { count: say(figures.break_glass) })}</p>
    </>
  );
}
