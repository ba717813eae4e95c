import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { Notice } from "@/components/ui/states";
import { listAddresses } from "@/lib/alerts/delivery/addresses";
import type { AddressPage, AddressQuery } from "@/lib/alerts/delivery/schema";
import { listAlertAddresses } from "@/lib/api-client/operations/alerts";
import type { Context } from "@/lib/context/context";
import { getRuntime } from "@/lib/runtime/slot";
import { AddAddress } from "../_components/add-address";
import { useAddressColumns } from "../_components/address-table";

async function load(cx: Context, query: AddressQuery): Promise<AddressPage> {
  return listAddresses(cx, query, (await getRuntime()).mailer !== undefined);
}

async function NoMail() {
  const t = await getTranslations("alertsPage.addresses");
  return <Notice tone="amber" icon="warning" title={t("noMail")} className="mb-4" />;
}

/** Where alerts are sent, with the newest messages of each address; and the drawer that adds one. */
const page = listPage({
  path: "/operations/addresses",
  operation: listAlertAddresses,
  load,
  title: async () => (await getTranslations("alertsPage.addresses"))("title"),
  above: async () => ({ label: (await getTranslations("operations"))("title"), href: "/operations" }),
  lead: async () => (await getTranslations("alertsPage.addresses"))("lead"),
  actions: ({ principal }) => (principal.role === "admin" ? <AddAddress /> : null),
  top: ({ value }) => (value.has_mail ? null : <NoMail />),
  caption: async () => (await getTranslations("alertsPage.addresses"))("list"),
  useColumns: useAddressColumns,
  rowKey: ({ id }) => id,
  empty: async () => {
    const t = await getTranslations("alertsPage.addresses.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
