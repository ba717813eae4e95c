import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { useApiKeyColumns } from "@/components/domain/api-key-columns";
import { ButtonLink } from "@/components/ui/button-link";
import type { Column } from "@/components/ui/table";
import { listAllApiKeys } from "@/lib/api-client/operations/api-keys";
import type { Context } from "@/lib/context/context";
import { withScopes } from "@/lib/http/sign-in/with-session";
import { listAllApiKeys as load } from "@/lib/identity/api-keys/list-api-keys";
import type { ApiKeyQuery, ApiKeyView } from "@/lib/identity/api-keys/schema";
import { EndKey } from "./_components/all-keys";

function useColumns(): Column<ApiKeyView>[] {
  const t = useTranslations("programs.columns");
  const { name, may, used, ends, state } = useApiKeyColumns();
  const holder: Column<ApiKeyView> = {
    key: "holder",
    head: t("holder"),
    isTitle: true,
    cell: (item) => item.holder_name,
  };
  const acts: Column<ApiKeyView> = {
    key: "acts",
    head: t("acts"),
    cell: (item) => (item.state === "live" ? <EndKey item={item} /> : null),
  };
  return [holder, { ...name, isTitle: false }, may, used, ends, state, acts];
}

/** Leads to the page where the reader makes keys: each person makes their own. */
function OwnKeys() {
  return (
    <ButtonLink href="/account/api-keys" look="secondary" size="form" icon="key">
      {useTranslations("programs.all")("own")}
    </ButtonLink>
  );
}

/** The API keys of all people, for administrators. */
const page = listPage({
  path: "/admin/api-keys",
  operation: listAllApiKeys,
  load: (cx: Context, query: ApiKeyQuery) => withScopes(cx, (scoped) => load(scoped, query)),
  title: async () => (await getTranslations("programs.all"))("title"),
  lead: async () => (await getTranslations("programs.all"))("lead"),
  actions: () => <OwnKeys />,
  heading: async () => ({ title: (await getTranslations("programs.all"))("list") }),
  caption: async () => (await getTranslations("programs.all"))("list"),
  useColumns,
  rowKey: ({ id }) => id,
  empty: async () => {
    const t = await getTranslations("programs");
    return { title: t("empty.title"), text: t("all.empty") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
