import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { ButtonLink } from "@/components/ui/button-link";
import { listAlerts as load } from "@/lib/alerts/list-alerts";
import { listAlerts } from "@/lib/api-client/operations/alerts";
import { useAlertColumns } from "../_components/alert-table";

async function Actions() {
  const t = await getTranslations("alertsPage.go");
  return (
    <>
      <ButtonLink href="/operations/addresses" look="secondary" size="bar" icon="bell">
        {t("addresses")}
      </ButtonLink>
      <ButtonLink href="/operations/rules" look="secondary" size="bar" icon="filter">
        {t("rules")}
      </ButtonLink>
    </>
  );
}

/** Alerts: those that are open, and those that ended with who acted on them. */
const page = listPage({
  path: "/operations/alerts",
  operation: listAlerts,
  load,
  title: async () => (await getTranslations("alertsPage"))("title"),
  above: async () => ({ label: (await getTranslations("operations"))("title"), href: "/operations" }),
  lead: async () => (await getTranslations("alertsPage"))("lead"),
  actions: () => <Actions />,
  views: {
    keys: ["open", "resolved", "all"],
    words: async () => {
      const t = await getTranslations("alertsPage.views");
      return { label: t("label"), names: { open: t("open"), resolved: t("resolved"), all: t("all") } };
    },
  },
  caption: async () => (await getTranslations("alertsPage"))("title"),
  useColumns: useAlertColumns,
  rowKey: ({ id }) => id,
  href: ({ id }) => `/operations/alerts/${id}`,
  live: ["alert"],
  empty: async ({ view }) => {
    const t = await getTranslations("alertsPage.empty");
    return view === "open"
      ? { title: t("open"), text: t("openText") }
      : { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
