import { useLocale, useTranslations } from "next-intl";
import type { IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import { Tag, type Tone } from "@/components/ui/tag";
import type { DisputeState, DisputeSummary } from "@/lib/disputes/schema";
import { formatCount } from "@/lib/format";

const LOOKS: Readonly<Record<DisputeState, { readonly tone: Tone; readonly icon: IconName }>> = {
  open: { tone: "amber", icon: "clock" },
  taken: { tone: "accent", icon: "person" },
  resolved: { tone: "plain", icon: "check" },
  withdrawn: { tone: "plain", icon: "back" },
};

export function DisputeStateTag({ state, isBoxed = false }: { state: DisputeState; isBoxed?: boolean }) {
  const t = useTranslations("disputes.states");
  const { tone, icon } = LOOKS[state];
  return (
    <Tag tone={tone} icon={icon} isBoxed={isBoxed}>
      {t(state)}
    </Tag>
  );
}

/** Columns of a list of disputes. The transaction leads to the dispute. */
export function useDisputeColumns(): Column<DisputeSummary>[] {
  const t = useTranslations("disputes.table");
  const locale = useLocale();
  return [
    { key: "transaction", head: t("transaction"), cell: (one) => one.job_id, isTitle: true },
    {
      key: "reason",
      head: t("reason"),
      cell: (one) => (
        <span className="line-clamp-3 max-w-[420px] tablet:line-clamp-1 break-words">{one.reason}</span>
      ),
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
      isNamed: true,
      cell: (one) => one.taken_by?.name ?? <span className="text-ink-2">{t("none")}</span>,
    },
    { key: "notes", head: t("notes"), cell: (one) => formatCount(one.notes_count, locale), isNumber: true },
    { key: "state", head: t("state"), cell: (one) => <DisputeStateTag state={one.state} /> },
  ];
}
