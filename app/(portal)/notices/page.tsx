import { useFormatter, useLocale, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { TransactionLinks, type TransactionNames } from "@/components/domain/transaction-links";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import { listOwnNotices as list } from "@/lib/access/notices/list-notices";
import type { NoticeQuery, OwnNotice } from "@/lib/access/notices/schema";
import { listOwnNotices } from "@/lib/api-client/operations/notices";
import type { Context } from "@/lib/context/context";
import { formatTime } from "@/lib/format";
import { readTransactionNames } from "@/lib/home/record-names";

async function load(cx: Context, query: NoticeQuery) {
  const page = await list(cx, query);
  const disclosed = page.items.flatMap(({ transactions }) => transactions);
  return { ...page, names: await readTransactionNames(cx, disclosed) };
}

function useColumns(names: TransactionNames): Column<OwnNotice>[] {
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
      cell: ({ transactions }) => <TransactionLinks ids={transactions} names={names} />,
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
  useColumns: ({ value }) => useColumns(value.names),
  rowKey: ({ id }) => id,
  empty: async () => {
    const t = await getTranslations("notices.own.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
