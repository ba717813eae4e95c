import { useTranslations } from "next-intl";
import { type Column, Table } from "@/components/ui/table";
import type { ProblemCode } from "@/lib/api-client/problems";

/** Codes of problems of one status, and what they say. */
export function ProblemTable({ caption, problems }: { caption: string; problems: readonly ProblemCode[] }) {
  const t = useTranslations("developers");
  const columns: readonly Column<ProblemCode>[] = [
    {
      key: "code",
      head: t("call.columns.code"),
      isTitle: true,
      className: "tablet:w-[32%]",
      cell: ({ code }) => <code className="break-all font-mono">{code}</code>,
    },
    {
      key: "title",
      head: t("call.columns.title"),
      isProse: true,
      cell: ({ title }) => <span lang="en">{title}</span>,
    },
  ];
  return <Table caption={caption} columns={columns} rows={problems} rowKey={({ code }) => code} />;
}
