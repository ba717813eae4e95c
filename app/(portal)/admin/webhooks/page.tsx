import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { Section } from "@/components/ui/section";
import { listWebhooks } from "@/lib/api-client/operations/notifications";
import { listWebhooks as load } from "@/lib/notify/webhooks/list-webhooks";
import { AddWebhook } from "./_components/add-webhook";
import { useWebhookColumns } from "./_components/webhook-table";

async function AddSection() {
  const t = await getTranslations("notify.hooks.add");
  return (
    <Section title={t("title")}>
      <AddWebhook />
    </Section>
  );
}

/** The person's webhooks (an administrator sees all) and the form that adds one. */
const page = listPage({
  path: "/admin/webhooks",
  operation: listWebhooks,
  load,
  title: async () => (await getTranslations("notify.hooks"))("title"),
  above: async () => ({ label: (await getTranslations("notify.notices"))("title"), href: "/notifications" }),
  lead: async () => (await getTranslations("notify.hooks"))("lead"),
  heading: async () => ({ title: (await getTranslations("notify.hooks"))("list") }),
  caption: async () => (await getTranslations("notify.hooks"))("list"),
  useColumns: useWebhookColumns,
  rowKey: ({ id }) => id,
  empty: async () => {
    const t = await getTranslations("notify.hooks.empty");
    return { title: t("title"), text: t("text") };
  },
  after: () => <AddSection />,
});

export const generateMetadata = page.generateMetadata;
export default page.render;
