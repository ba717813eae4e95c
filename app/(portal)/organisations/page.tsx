import { getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Pager } from "@/components/ui/pager";
import { Table } from "@/components/ui/table";
import { listOrganisations } from "@/lib/api-client/operations/organisations";
import { loadPage } from "@/lib/http/pages/page";
import { listOrganisations as list } from "@/lib/organisations/list-organisations";

const PATH = "/organisations";
const CALL = "/confidential/admin/organisations";
const LIMIT = 40;

export async function generateMetadata() {
  return { title: (await getTranslations("organisations"))("title") };
}

/** Organisations, each with the way to its hours; for administrators. */
export default async function OrganisationsPage({ searchParams }: PageProps<"/organisations">) {
  const t = await getTranslations("organisations");
  const { cursor: asked } = await searchParams;
  const cursor = typeof asked === "string" && /^[\w-]{1,40}$/.test(asked) ? asked : undefined;
  const result = await loadPage(listOrganisations, CALL, (cx) => list(cx, { limit: LIMIT, cursor }));
  if (!result.ok) return <ProblemPage problem={result.problem} section={{ label: t("title"), href: PATH }} />;
  const { items, next_cursor: next } = result.value;
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={t("lead")}
      apiCall={{ method: "GET", path: CALL }}
    >
      <Table
        caption={t("title")}
        rows={items}
        rowKey={({ id }) => id}
        href={({ id }) => `${PATH}/${id}`}
        columns={[
          { key: "name", head: t("columns.name"), isTitle: true, cell: ({ name }) => name },
          { key: "zone", head: t("columns.zone"), cell: ({ zone }) => zone },
          {
            key: "hours",
            head: t("columns.hours"),
            cell: ({ has_hours: hasHours }) => t(hasHours ? "own" : "default"),
          },
        ]}
      />
      <Pager
        first={cursor === undefined ? undefined : PATH}
        next={next === null ? undefined : `${PATH}?cursor=${next}`}
      />
    </PageFrame>
  );
}
