import Link from "next/link";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { LocalTime } from "@/components/ui/local-time";
import { Pager } from "@/components/ui/pager";
import { EmptyState } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import { listOwnNotices as list } from "@/lib/access/notices/list-notices";
import { NoticeQuery, type OwnNotice } from "@/lib/access/notices/schema";
import { listOwnNotices } from "@/lib/api-client/operations/notices";
import { formatTime, shortDigest } from "@/lib/format";
import { loadPage } from "@/lib/http/pages/page";

const PATH = "/notices";
const CALL = "/confidential/notices";
const LIMIT = "40";

export async function generateMetadata() {
  return { title: (await getTranslations("notices"))("title") };
}

async function columnsOf(): Promise<Column<OwnNotice>[]> {
  const t = await getTranslations("notices");
  const domain = await getTranslations("domain");
  const format = await getFormatter();
  const locale = await getLocale();
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

/** What a participant was told of disclosures of its data. */
export default async function OwnNoticesPage({ searchParams }: PageProps<"/notices">) {
  const t = await getTranslations("notices");
  const { cursor } = await searchParams;
  const isCursor = typeof cursor === "string" && /^[0-9a-f-]{36}$/.test(cursor);
  const query = NoticeQuery.parse({ limit: LIMIT, ...(isCursor ? { cursor } : {}) });
  const result = await loadPage(listOwnNotices, CALL, (cx) => list(cx, query));
  const section = { label: t("title"), href: PATH };
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { items, unreadable, next_cursor: next } = result.value;
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("own.lead")}</p>}
      apiCall={{ method: "GET", path: CALL }}
    >
      <UnreadableRows rows={unreadable} />
      {items.length === 0 ? (
        <EmptyState title={t("own.empty.title")} text={t("own.empty.text")} />
      ) : (
        <Table caption={t("own.list")} columns={await columnsOf()} rows={items} rowKey={({ id }) => id} />
      )}
      <Pager
        first={isCursor ? PATH : undefined}
        next={next === null ? undefined : `${PATH}?cursor=${next}`}
      />
    </PageFrame>
  );
}
