import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import type { BreakGlassView } from "@/lib/access/break-glass/schema";
import { UseState } from "./use-state";

/** Who reviewed the emergency access, or when its review is due. */
function Review({ use }: { use: BreakGlassView }) {
  const t = useTranslations("breakGlass");
  if (use.review !== undefined)
    return (
      <>
        {use.review.by.name}, <LocalTime instant={use.review.at} form="minute" />
        {use.review.late ? <span className="ml-1 text-oxblood">{t("late")}</span> : null}
      </>
    );
  if (use.state === "refused") return <span className="text-ink-2">{t("noReview")}</span>;
  return t.rich("reviewBy", { time: () => <LocalTime instant={use.review_by} form="minute" /> });
}

/** Columns of the list of emergency accesses. */
export function useUseColumns(): Column<BreakGlassView>[] {
  const t = useTranslations("breakGlass");
  return [
    { key: "reference", head: t("columns.reference"), isTitle: true, cell: ({ reference }) => reference },
    { key: "holder", head: t("columns.holder"), cell: ({ holder }) => holder.name },
    {
      key: "began",
      head: t("columns.began"),
      cell: ({ began_at: at }) => <LocalTime instant={at} form="minute" />,
    },
    {
      key: "records",
      head: t("columns.records"),
      isNumber: true,
      cell: ({ transactions }) => transactions.length,
    },
    { key: "state", head: t("columns.state"), cell: (use) => <UseState use={use} /> },
    { key: "review", head: t("columns.review"), cell: (use) => <Review use={use} /> },
  ];
}
