import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { ButtonLink } from "@/components/ui/button-link";
import { listReleases as load } from "@/lib/access/executive-release/list-releases";
import { listReleases } from "@/lib/api-client/operations/releases";
import { useReleaseColumns } from "./_components/release-table";

/** Overdue requests that were escalated to the executives, longest overdue first. */
const page = listPage({
  path: "/releases",
  operation: listReleases,
  load,
  live: ["request"],
  title: async () => (await getTranslations("release"))("title"),
  lead: async () => (await getTranslations("release"))("lead"),
  heading: async ({ value: { items } }) => ({
    title: (await getTranslations("release"))("list"),
    count: items.length === 0 ? undefined : items.length,
  }),
  caption: async () => (await getTranslations("release"))("list"),
  useColumns: useReleaseColumns,
  rowKey: ({ id }) => id,
  href: ({ id }) => `/requests/${id}`,
  empty: async () => {
    const t = await getTranslations("release.empty");
    return {
      title: t("title"),
      text: t("text"),
      next: (
        <ButtonLink href="/requests?view=all" look="secondary">
          {t("all")}
        </ButtonLink>
      ),
    };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
