import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { listAuthorities } from "@/lib/api-client/operations/authorities";
import { listAuthorities as load } from "@/lib/authorities/registry/list-authorities";
import { useAuthorityColumns } from "./_components/authority-table";
import { RegisterAuthority } from "./_components/register-authority";

/** Keys and trust anchors that orders are signed with: the list, its acts, and the drawers that register one. */
const page = listPage({
  path: "/admin/authorities",
  operation: listAuthorities,
  load,
  title: async () => (await getTranslations("authority"))("title"),
  lead: async () => (await getTranslations("authority"))("lead"),
  actions: () => (
    <>
      <RegisterAuthority kind="anchor" />
      <RegisterAuthority kind="key" />
    </>
  ),
  caption: async () => (await getTranslations("authority"))("list"),
  useColumns: useAuthorityColumns,
  rowKey: ({ id }) => id,
  empty: async () => {
    const t = await getTranslations("authority.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
