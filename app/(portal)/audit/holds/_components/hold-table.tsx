import { useTranslations } from "next-intl";
import {
  TransactionLinks,
  type TransactionNames,
  transactionName,
} from "@/components/domain/transaction-links";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import type { Preservation } from "@/lib/access/preservations/schema";
import { HoldActs } from "./hold-acts";

const TONES = { active: "text-accent", expired: "text-ink-2", released: "text-ink-2" } as const;

/** Columns of the list of legal holds, with what the reader can do about their own. */
export function useHoldColumns(names: TransactionNames): Column<Preservation>[] {
  const t = useTranslations("keeping.holds");
  return [
    {
      key: "records",
      head: t("columns.records"),
      isTitle: true,
      cell: ({ transactions }) => <TransactionLinks ids={transactions} names={names} />,
    },
    { key: "reason", head: t("columns.reason"), cell: ({ reason }) => reason },
    {
      key: "placed",
      head: t("columns.placed"),
      cell: ({ created_at: at }) => <LocalTime instant={at} form="day" />,
    },
    {
      key: "until",
      head: t("columns.until"),
      cell: ({ until, released_at: released }) => (
        <LocalTime instant={released ?? until} form={released === null ? "day" : "minute"} />
      ),
    },
    {
      key: "state",
      head: t("columns.state"),
      cell: ({ state }) => <span className={TONES[state]}>{t(`states.${state}`)}</span>,
    },
    {
      key: "acts",
      head: t("columns.acts"),
      cell: (item) => (
        <HoldActs
          item={item}
          records={item.transactions.map((id) => transactionName(id, names)).join(", ")}
        />
      ),
    },
  ];
}
