import { useLocale, useTranslations } from "next-intl";
import { DisputeStateTag } from "@/app/(portal)/disputes/_components/dispute-state";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import type { DisputeSummary } from "@/lib/disputes/schema";
import { formatCount } from "@/lib/format";

/** Columns of a list of disputes. The transaction leads to the dispute. */
export function useDisputeColumns(): Column<DisputeSummary>[] {
  const t = useTranslations("disputes.table");
  const locale = useLocale();
  return [
    { key: "transaction", head: t("transaction"), cell: (one) => one.job_id, isTitle: true },
    {
      key: "reason",
      head: t("reason"),
      cell: (one) => <span className="line-clamp-1 max-w-[420px] break-words">{one.reason}</span>,
    },
    { key: "party", head: t("openedBy"), cell: (one) => one.party },
    {
      key: "opened",
      head: t("opened"),
      cell: (one) => <LocalTime instant={one.opened_at} form="day" />,
    },
    {
      key: "with",
      head: t("with"),
      cell: (one) => one.taken_by?.name ?? <span className="text-ink-2">{t("nobody")}</span>,
    },
    { key: "notes", head: t("notes"), cell: (one) => formatCount(one.notes_count, locale), isNumber: true },
    { key: "state", head: t("state"), cell: (one) => <DisputeStateTag state={one.state} /> },
  ];
}
