import { useLocale, useTranslations } from "next-intl";
import { Actor } from "@/app/(portal)/audit/_components/entry/names";
import { TransactionLinks, type TransactionNames } from "@/components/domain/transaction-links";
import { LocalTime } from "@/components/ui/local-time";
import { type Column, Table } from "@/components/ui/table";
import type { EventItem } from "@/lib/audit/schema";
import { formatCount } from "@/lib/format";

/** Suspicions in rows; one that is in the tree leads to what it says. */
export function SuspicionTable(props: {
  items: readonly EventItem[];
  names: TransactionNames;
  current: number | undefined;
  /** The address that shows one. */
  path: (seq: number) => string;
}) {
  const t = useTranslations("keeping.suspicions");
  const locale = useLocale();
  const columns: Column<EventItem>[] = [
    { key: "at", head: t("columns.at"), isTitle: true, cell: (item) => <LocalTime instant={item.at} /> },
    {
      key: "by",
      head: t("columns.by"),
      cell: (item) => <Actor actor={item.actor} name={item.actor_name} />,
    },
    {
      key: "transaction",
      head: t("columns.transaction"),
      cell: ({ transaction_id: id }) =>
        id === null ? (
          <span className="text-ink-3">{t("noTransaction")}</span>
        ) : (
          <TransactionLinks ids={[id]} names={props.names} />
        ),
    },
    {
      key: "entry",
      head: t("columns.entry"),
      isNumber: true,
      cell: ({ seq }) => (seq === null ? t("waiting") : formatCount(seq, locale)),
    },
  ];
  return (
    <Table
      caption={t("list")}
      columns={columns}
      rows={props.items}
      rowKey={(item) => item.entry_id}
      href={({ seq }) => (seq === null ? undefined : props.path(seq))}
      isCurrent={({ seq }) => seq !== null && seq === props.current}
    />
  );
}
