import Link from "next/link";
import { useTranslations } from "next-intl";
import { type Column, Table } from "@/components/ui/table";
import type { operationsByTag } from "@/lib/api-client/openapi/reference";

type Part = ReturnType<typeof operationsByTag>[number];

/** The parts of the API, each with what it is for and the way to its calls. */
export function PartTable({ parts }: { parts: readonly Part[] }) {
  const t = useTranslations("developers");
  const columns: readonly Column<Part>[] = [
    {
      key: "part",
      head: t("part"),
      isTitle: true,
      className: "tablet:w-[30%]",
      cell: ({ tag }) => (
        <Link
          href={`/developers/${tag.slug}`}
          prefetch={false}
          className="inline-flex min-h-[24px] items-center underline underline-offset-4"
        >
          <span lang="en">{tag.name}</span>
        </Link>
      ),
    },
    {
      key: "description",
      head: t("call.columns.description"),
      isProse: true,
      cell: ({ tag }) => <span lang="en">{tag.description}</span>,
    },
    { key: "calls", head: t("calls"), isNumber: true, cell: ({ operations }) => operations.length },
  ];
  return <Table caption={t("parts")} columns={columns} rows={parts} rowKey={({ tag }) => tag.slug} />;
}
