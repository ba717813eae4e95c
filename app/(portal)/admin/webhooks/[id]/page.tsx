import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { listDeliveries } from "@/lib/api-client/operations/notifications";
import type { Context } from "@/lib/context/context";
import { listDeliveries as list } from "@/lib/notify/deliveries/list-deliveries";
import type { DeliveryQuery } from "@/lib/notify/schema";
import { useDeliveryColumns } from "../_components/delivery-table";

/** Messages to one webhook, with every attempt. */
const page = listPage({
  path: "/admin/webhooks/{id}",
  operation: listDeliveries,
  load: (cx: Context, query: DeliveryQuery, id: string) => list(cx, id, query),
  title: async () => (await getTranslations("notify.log"))("title"),
  above: async () => ({ label: (await getTranslations("notify.hooks"))("title"), href: "/admin/webhooks" }),
  lead: async () => (await getTranslations("notify.log"))("lead"),
  heading: async () => ({ title: (await getTranslations("notify.log"))("title") }),
  caption: async () => (await getTranslations("notify.log"))("title"),
  useColumns: useDeliveryColumns,
  rowKey: ({ id }) => id,
  empty: async () => {
    const t = await getTranslations("notify.log.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
