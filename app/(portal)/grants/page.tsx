import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { ButtonLink } from "@/components/ui/button-link";
import { listGrants as load } from "@/lib/access/grants/list-grants";
import { listGrants } from "@/lib/api-client/operations/grants";
import { useGrantColumns } from "./_components/grant-table";

async function NextSteps({ isStaff }: { isStaff: boolean }) {
  const t = await getTranslations("grants.empty");
  return (
    <>
      <ButtonLink href="/requests" look="secondary" size="form">
        {t("requests")}
      </ButtonLink>
      {isStaff ? null : (
        <ButtonLink href="/requests/new" look="secondary" size="form" icon="plus">
          {t("newRequest")}
        </ButtonLink>
      )}
    </>
  );
}

/** Grants that the reader may know of: their own, for reviewers all. */
const page = listPage({
  path: "/grants",
  saves: "grants",
  operation: listGrants,
  load,
  pageSize: 50,
  live: ["grant"],
  title: async () => (await getTranslations("grants"))("title"),
  lead: async () => (await getTranslations("grants"))("lead"),
  views: {
    keys: ["in_force", "ended", "all"],
    words: async () => {
      const t = await getTranslations("grants.views");
      return { label: t("label"), names: { in_force: t("inForce"), ended: t("ended"), all: t("all") } };
    },
  },
  caption: async () => (await getTranslations("grants.table"))("caption"),
  useColumns: useGrantColumns,
  rowKey: ({ id }) => id,
  href: ({ id }) => `/grants/${id}`,
  empty: async ({ view, principal }) => {
    const t = await getTranslations("grants.empty");
    if (view === "ended") return { title: t("endedTitle"), text: t("endedText") };
    const isStaff = principal.role === "coordinator";
    return {
      title: t(view === "all" ? "allTitle" : "inForceTitle"),
      text: t(isStaff ? "inForceReviewer" : "inForceText"),
      next: <NextSteps isStaff={isStaff} />,
    };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
