import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { Section } from "@/components/ui/section";
import { listAuthorities } from "@/lib/api-client/operations/authorities";
import { listAuthorities as load } from "@/lib/authorities/registry/list-authorities";
import { useAuthorityColumns } from "./_components/authority-table";
import { RegisterAuthority } from "./_components/register-authority";

async function RegisterSections() {
  const t = await getTranslations("authority.register");
  return (
    <>
      <Section title={t("title")}>
        <RegisterAuthority kind="key" />
      </Section>
      <Section title={t("anchorTitle")}>
        <RegisterAuthority kind="anchor" />
      </Section>
    </>
  );
}

/** Keys and trust anchors that orders are signed with: the list, its acts, and the forms that register one. */
const page = listPage({
  path: "/admin/authorities",
  operation: listAuthorities,
  load,
  title: async () => (await getTranslations("authority"))("title"),
  lead: async () => (await getTranslations("authority"))("lead"),
  heading: async () => ({ title: (await getTranslations("authority"))("list") }),
  caption: async () => (await getTranslations("authority"))("list"),
  useColumns: useAuthorityColumns,
  rowKey: ({ id }) => id,
  empty: async () => {
    const t = await getTranslations("authority.empty");
    return { title: t("title"), text: t("text") };
  },
  after: () => <RegisterSections />,
});

export const generateMetadata = page.generateMetadata;
export default page.render;
