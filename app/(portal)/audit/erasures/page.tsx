import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { RefreshButton } from "@/components/layout/page-controls";
import { ButtonLink } from "@/components/ui/button-link";
import { listErasures } from "@/lib/api-client/operations/erasures";
import { listErasures as load } from "@/lib/audit/retention/erasure/list-erasures";
import { AskErasure } from "./_components/ask-erasure";
import { useErasureColumns } from "./_components/erasure-table";

async function Actions() {
  const audit = await getTranslations("audit");
  const retention = await getTranslations("keeping.retention");
  return (
    <>
      <RefreshButton>{audit("refresh")}</RefreshButton>
      <ButtonLink href="/audit/retention" look="secondary" size="bar" icon="clock">
        {retention("title")}
      </ButtonLink>
      <AskErasure />
    </>
  );
}

/** Erasures of the key to a person's data: one person asks, a second agrees, and the outcome of each. */
const page = listPage({
  path: "/audit/erasures",
  operation: listErasures,
  load,
  cursor: /^[\w-]{1,40}$/,
  title: async () => (await getTranslations("keeping.erasures"))("title"),
  lead: async () => (await getTranslations("keeping.erasures"))("lead"),
  actions: () => <Actions />,
  caption: async () => (await getTranslations("keeping.erasures"))("list"),
  useColumns: useErasureColumns,
  rowKey: ({ id }) => id,
  empty: async () => {
    const t = await getTranslations("keeping.erasures.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
