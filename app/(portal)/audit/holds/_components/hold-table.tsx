import Link from "next/link";
import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import type { Preservation } from "@/lib/access/preservations/schema";
import { shortDigest } from "@/lib/format";
import { HoldActs } from "./hold-acts";

const TONES = { active: "text-accent", expired: "text-ink-2", released: "text-ink-2" } as const;

/** Columns of the list of legal holds, with what the reader can do about their own. */
export function useHoldColumns(): Column<Preservation>[] {
  const t = useTranslations("keeping.holds");
  return [
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
}
