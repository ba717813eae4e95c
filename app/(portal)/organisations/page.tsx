import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import type { Column } from "@/components/ui/table";
import { listOrganisations } from "@/lib/api-client/operations/organisations";
import { listOrganisations as load } from "@/lib/organisations/list-organisations";
import type { OrganisationSummary } from "@/lib/organisations/schema";

function useColumns(): Column<OrganisationSummary>[] {
  const t = useTranslations("organisations");
  return [
    { key: "name", head: t("columns.name"), isTitle: true, cell: ({ name }) => name },
    { key: "zone", head: t("columns.zone"), cell: ({ zone }) => zone },
    {
      key: "hours",
      head: t("columns.hours"),
      cell: ({ has_hours: hasHours }) => t(hasHours ? "own" : "default"),
    },
  ];
}

/** Organisations, each with a link to its opening hours; for administrators. */
const page = listPage({
  path: "/organisations",
  operation: listOrganisations,
  load,
  title: async () => (await getTranslations("organisations"))("title"),
  lead: async () => (await getTranslations("organisations"))("lead"),
  caption: async () => (await getTranslations("organisations"))("title"),
  useColumns,
  rowKey: ({ id }) => id,
  href: ({ id }) => `/organisations/${id}`,
});

export const generateMetadata = page.generateMetadata;
export default page.render;
