import { useTranslations } from "next-intl";
import { type Column, Table } from "@/components/ui/table";
import { Unbroken } from "@/components/ui/unbroken";
import type { MemberRow } from "@/lib/api-client/openapi/describe-schema";
import type { ParameterRow } from "@/lib/api-client/openapi/reference";

const code = (text: string) => (
  <code className="wrap-anywhere font-mono">
    <Unbroken>{text}</Unbroken>
  </code>
);

function useMemberColumns(): readonly Column<MemberRow>[] {
  const t = useTranslations("developers.call");
  return [
    {
      key: "name",
      head: t("columns.name"),
      isTitle: true,
      className: "tablet:w-[28%]",
      cell: ({ name }) => code(name),
    },
    {
      key: "type",
      head: t("columns.type"),
      className: "tablet:w-[28%]",
      cell: ({ type }) => (
        <span lang="en" className="break-words">
          {type}
        </span>
      ),
    },
    {
      key: "required",
      head: t("columns.required"),
      isNamed: true,
      cell: ({ isRequired }) => t(isRequired ? "required" : "optional"),
    },
    {
      key: "description",
      head: t("columns.description"),
      isProse: true,
      cell: ({ description }) =>
        description === undefined ? undefined : <span lang="en">{description}</span>,
    },
  ];
}

/** Returns the columns of these rows. The description has a column only if a row has one. */
function saying<Row extends MemberRow>(columns: readonly Column<Row>[], rows: readonly Row[]) {
  const isSaid = rows.some(({ description }) => description !== undefined);
  return columns.filter(({ key }) => key !== "description" || isSaid);
}

/** Members of a body or an answer. */
export function MemberTable({ caption, rows }: { caption: string; rows: readonly MemberRow[] }) {
  const columns = saying(useMemberColumns(), rows);
  return <Table caption={caption} columns={columns} rows={rows} rowKey={({ name }) => name} />;
}

/** Parameters of path, query and headers. */
export function ParameterTable({ caption, rows }: { caption: string; rows: readonly ParameterRow[] }) {
  const t = useTranslations("developers.call");
  const [name, ...others] = useMemberColumns();
  if (name === undefined) return null;
  const columns: readonly Column<ParameterRow>[] = [
    name,
    {
      key: "place",
      head: t("columns.place"),
      cell: ({ place, isOld }) => {
        const where = place === "path" || place === "query" ? t(`places.${place}`) : t("places.header");
        return isOld ? `${where}, ${t("old")}` : where;
      },
    },
    ...others,
  ];
  return (
    <Table
      caption={caption}
      columns={saying(columns, rows)}
      rows={rows}
      rowKey={(row) => `${row.place} ${row.name}`}
    />
  );
}
