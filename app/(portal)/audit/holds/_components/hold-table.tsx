import Link from "next/link";
import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import { type Column, Table } from "@/components/ui/table";
import type { Preservation } from "@/lib/access/preservations/schema";
import { shortDigest } from "@/lib/format";
import { HoldActs } from "./hold-acts";

const TONES = { active: "text-accent", expired: "text-ink-2", released: "text-ink-2" } as const;

/** Legal holds in rows, newest first, with what one may do about one's own. */
export function HoldTable({ items }: { items: readonly Preservation[] }) {
  const t = useTranslations("keeping.holds");
  const columns: Column<Preservation>[] = [
    {
      key: "records",
      head: t("columns.records"),
      isTitle: true,
      cell: ({ transactions }) => (
        <span className="flex flex-wrap gap-x-3">
          {transactions.map((id) => (
            <Link
              key={id}
              href={`/transactions/${id}`}
              prefetch={false}
              title={id}
              className="font-mono underline decoration-line-2 underline-offset-4 hover:decoration-current"
            >
              {shortDigest(id)}
            </Link>
          ))}
        </span>
      ),
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
    { key: "acts", head: t("columns.acts"), cell: (item) => <HoldActs item={item} /> },
  ];
  return <Table caption={t("list")} columns={columns} rows={items} rowKey={({ id }) => id} />;
}
