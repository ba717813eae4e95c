import Link from "next/link";
import { useTranslations } from "next-intl";
import { EndFollow } from "@/components/domain/follow-button";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import type { Follow } from "@/lib/notify/follows/schema";

const PLACES = { case: "/cases/", request: "/requests/", transaction: "/transactions/" } as const;

function useColumns(): readonly Column<Follow>[] {
  const t = useTranslations("notify.follows");
  const nameOf = ({ kind, name }: Follow) => t(`kinds.${kind}`, { name });
  return [
    {
      key: "what",
      head: t("columns.what"),
      isTitle: true,
      cell: (follow) => (
        <Link
          href={`${PLACES[follow.kind]}${follow.subject}`}
          prefetch={false}
          className="inline-flex min-h-[24px] items-center underline decoration-line-2 underline-offset-4 hover:decoration-current"
        >
          {nameOf(follow)}
        </Link>
      ),
    },
    { key: "since", head: t("columns.since"), cell: ({ since }) => <LocalTime instant={since} form="day" /> },
    {
      key: "end",
      head: t("columns.end"),
      isTool: true,
      cell: (follow) => <EndFollow id={follow.id} name={nameOf(follow)} />,
    },
  ];
}

/** What the person follows, with the way to end each. */
export function Followed({ follows }: { follows: readonly Follow[] }) {
  const t = useTranslations("notify.follows");
  const columns = useColumns();
  return (
    <Section id="following" title={t("title")} count={follows.length}>
      <p className="max-w-[640px] py-4 text-body">{follows.length === 0 ? t("empty") : t("lead")}</p>
      {follows.length === 0 ? null : (
        <Table caption={t("title")} columns={columns} rows={follows} rowKey={({ id }) => id} />
      )}
    </Section>
  );
}
