import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import { listOwnNotices as load } from "@/lib/access/notices/list-notices";
import type { OwnNotice } from "@/lib/access/notices/schema";
import { listOwnNotices } from "@/lib/api-client/operations/notices";
import { formatTime, shortDigest } from "@/lib/format";

function Records({ transactions }: Pick<OwnNotice, "transactions">) {
  return (
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
  );
}

function useColumns(): Column<OwnNotice>[] {
  const t = useTranslations("notices");
  const domain = useTranslations("domain");
  const format = useFormatter();
  const locale = useLocale();
  const day = (date: string): string =>
    formatTime(new Date(`${date}T00:00:00Z`), { timeZone: "UTC", locale, form: "day" });
  return [
    {
      key: "at",
      head: t("own.at"),
      isTitle: true,
      cell: ({ at }) => <LocalTime instant={at} form="minute" />,
    },
    { key: "kind", head: t("columns.kind"), cell: ({ kind }) => t(`kinds.${kind}`) },
    {
      key: "records",
      head: t("columns.records"),
      cell: ({ transactions }) => <Records transactions={transactions} />,
    },
    {
      key: "fields",
      head: t("columns.fields"),
      cell: ({ fields }) => format.list(fields.map((field) => domain(`fields.${field}`))),
    },
    {
      key: "opened",
      head: t("own.opened"),
      cell: ({ first_opened_on: from, last_opened_on: to }) =>
        from === to ? day(from) : t("own.between", { from: day(from), to: day(to) }),
    },
  ];
}

/** Notices to a participant about disclosures of their data. */
const page = listPage({
  path: "/notices",
  operation: listOwnNotices,
  load,
  title: async () => (await getTranslations("notices"))("title"),
  lead: async () => (await getTranslations("notices"))("own.lead"),
  caption: async () => (await getTranslations("notices"))("own.list"),
  useColumns,
  rowKey: ({ id }) => id,
  empty: async () => {
    const t = await getTranslations("notices.own.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
