import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { listWebhooks } from "@/lib/api-client/operations/notifications";
import { listWebhooks as load } from "@/lib/notify/webhooks/list-webhooks";
import { AddWebhook } from "./_components/add-webhook";
import { useWebhookColumns } from "./_components/webhook-table";

/** The person's webhooks, for administrators all; and the drawer that adds one. */
const page = listPage({
  path: "/admin/webhooks",
  operation: listWebhooks,
  load,
  title: async () => (await getTranslations("notify.hooks"))("title"),
  // Administrators have it in their rail.
  above: async (principal) =>
    principal?.role === "admin"
      ? undefined
      : { label: (await getTranslations("notify.notices"))("title"), href: "/notifications" },
  lead: async () => (await getTranslations("notify.hooks"))("lead"),
  actions: () => <AddWebhook />,
  caption: async () => (await getTranslations("notify.hooks"))("list"),
  useColumns: useWebhookColumns,
  rowKey: ({ id }) => id,
  empty: async () => {
    const t = await getTranslations("notify.hooks.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
