import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import type { Column } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import { listOrganisations } from "@/lib/api-client/operations/administration/organisations";
import { listOrganisations as load } from "@/lib/organisations/list-organisations";
import type { OrganisationSummary } from "@/lib/organisations/schema";
import { AddOrganisation } from "./_components/add-organisation";

function kindKey(kind: string): "operator" | "agency" | "company" {
  return kind === "operator" || kind === "agency" ? kind : "company";
}

function useColumns(): Column<OrganisationSummary>[] {
  const t = useTranslations("organisations");
  const words = useTranslations("administration.organisations");
  return [
    { key: "name", head: t("columns.name"), isTitle: true, cell: ({ name }) => name },
    { key: "kind", head: words("columns.kind"), cell: ({ kind }) => words(`kinds.${kindKey(kind)}`) },
    { key: "people", head: words("columns.people"), isNumber: true, cell: ({ people }) => people },
    { key: "zone", head: t("columns.zone"), cell: ({ zone }) => zone },
    {
      key: "hours",
      head: t("columns.hours"),
      cell: ({ has_hours: hasHours }) => t(hasHours ? "own" : "default"),
    },
    {
      key: "state",
      head: words("columns.state"),
      cell: ({ state }) => (
        <Tag tone={state === "active" ? "plain" : "oxblood"} icon={state === "active" ? "check" : "pause"}>
          {words(`states.${state}`)}
        </Tag>
      ),
    },
  ];
}

/** Organisations with kind, people, hours and state, and the drawers that add one; for administrators. */
const page = listPage({
  path: "/organisations",
  operation: listOrganisations,
  load,
  title: async () => (await getTranslations("organisations"))("title"),
  lead: async () => (await getTranslations("organisations"))("lead"),
  actions: ({ value: { items } }) => {
    const zone = items.find(({ kind }) => kind === "operator")?.zone ?? "UTC";
    return (
      <>
        <AddOrganisation kind="company" zone={zone} />
        <AddOrganisation kind="agency" zone={zone} />
      </>
    );
  },
  caption: async () => (await getTranslations("organisations"))("title"),
  useColumns,
  rowKey: ({ id }) => id,
  href: ({ id }) => `/organisations/${id}`,
});

export const generateMetadata = page.generateMetadata;
export default page.render;
