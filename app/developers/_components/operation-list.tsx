import { useTranslations } from "next-intl";
import { type Column, Table } from "@/components/ui/table";
import type { Tag } from "@/lib/api-client/openapi/tags";
import type { OperationSpec } from "@/lib/api-client/operation";

/** Calls of one part of the API, each with the way to its reference. */
export function OperationList({ tag, operations }: { tag: Tag; operations: readonly OperationSpec[] }) {
  const t = useTranslations("developers");
  const columns: readonly Column<OperationSpec>[] = [
    {
      key: "call",
      head: t("calls"),
      isTitle: true,
      className: "tablet:w-[46%]",
      cell: ({ method, path }) => (
        <code className="break-all font-mono">
          {method} {path}
        </code>
      ),
    },
    {
      key: "summary",
      isProse: true,
      head: t("call.columns.description"),
      cell: ({ summary }) => <span lang="en">{summary}</span>,
    },
  ];
  return (
    <Table
      caption={tag.name}
      columns={columns}
      rows={operations}
      rowKey={({ id }) => id}
      href={({ id }) => `/developers/${tag.slug}/${id}`}
    />
  );
}
