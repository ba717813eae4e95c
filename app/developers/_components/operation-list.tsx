import { useTranslations } from "next-intl";
import { Fragment } from "react";
import { type Column, Table } from "@/components/ui/table";
import type { Tag } from "@/lib/api-client/openapi/tags";
import type { OperationSpec } from "@/lib/api-client/operation";

/** A longer part of a path may break within. */
const LONGEST = 28;

/** A call's method and path, which breaks before a slash. */
export function CallName({ operation: { method, path } }: { operation: OperationSpec }) {
  const [first, ...others] = path.split("/");
  return (
    <code className="wrap-anywhere font-mono">
      {method} {first}
      {others.map((part, at) => (
        <Fragment key={path.split("/", at + 2).join("/")}>
          <wbr />
          <span className={part.length > LONGEST ? "" : "whitespace-nowrap"}>/{part}</span>
        </Fragment>
      ))}
    </code>
  );
}

/** Calls of one part of the API, each with the way to its reference. */
export function OperationList({ tag, operations }: { tag: Tag; operations: readonly OperationSpec[] }) {
  const t = useTranslations("developers");
  const columns: readonly Column<OperationSpec>[] = [
    {
      key: "call",
      head: t("calls"),
      isTitle: true,
      className: "tablet:w-[46%]",
      cell: (operation) => <CallName operation={operation} />,
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
