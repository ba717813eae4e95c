import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import { Unbroken } from "@/components/ui/unbroken";
import type { NoticeView } from "@/lib/access/notices/schema";
import { NoticeActs } from "./notice-acts";

/** The state of a notice, who changed it, and why it was withheld. */
function State({ item }: { item: NoticeView }) {
  const t = useTranslations("notices");
  const { state, not_before: seal, by, at, reason } = item;
  return (
    <>
      {t(`states.${state}`)} {seal === undefined ? null : <LocalTime instant={seal} form="minute" />}
      {by === undefined || at === undefined ? null : (
        <span className="block text-ink-2">
          {t(state === "queued" || state === "sealed" ? "beforeBy" : "byAt", { name: by })}{" "}
          <LocalTime instant={at} form="minute" />
        </span>
      )}
      {reason === undefined ? null : <span className="block text-ink-2">{reason}</span>}
    </>
  );
}

/** Columns of the disclosures that participants are notified of. */
export function useNoticeColumns(): Column<NoticeView>[] {
  const t = useTranslations("notices");
  const domain = useTranslations("domain");
  const format = useFormatter();
  return [
    {
      key: "request",
      head: t("columns.request"),
      isTitle: true,
      cell: ({ request_id: id, reference }) => (
        <Link
          href={`/requests/${id}`}
          prefetch={false}
          className="underline decoration-line-2 underline-offset-4 hover:decoration-current"
        >
          <Unbroken>{reference}</Unbroken>
        </Link>
      ),
    },
    { key: "participant", head: t("columns.participant"), cell: ({ organisation }) => organisation },
    { key: "kind", head: t("columns.kind"), cell: ({ kind }) => t(`kinds.${kind}`) },
    {
      key: "fields",
      head: t("columns.fields"),
      cell: ({ fields }) => format.list(fields.map((field) => domain(`fields.${field}`))),
    },
    { key: "records", head: t("columns.records"), cell: ({ transactions }) => transactions.length },
    {
      key: "opened",
      head: t("columns.opened"),
      cell: ({ last_opened_at: at }) => <LocalTime instant={at} form="minute" />,
    },
    { key: "state", head: t("columns.state"), cell: (item) => <State item={item} /> },
    { key: "acts", head: t("columns.acts"), cell: (item) => <NoticeActs item={item} /> },
  ];
}
