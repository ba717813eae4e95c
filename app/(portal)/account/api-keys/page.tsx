import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { useApiKeyColumns } from "@/components/domain/api-key-columns";
import { ButtonLink } from "@/components/ui/button-link";
import type { Column } from "@/components/ui/table";
import { listApiKeys } from "@/lib/api-client/operations/api-keys";
import type { Context } from "@/lib/context/context";
import { withScopes } from "@/lib/http/sign-in/with-session";
import { listOwnApiKeys as load } from "@/lib/identity/api-keys/list-api-keys";
import type { ApiKeyQuery, ApiKeyView } from "@/lib/identity/api-keys/schema";
import { AddKey } from "./_components/add-key";
import { KeyActs } from "./_components/key-acts";

function useColumns(): Column<ApiKeyView>[] {
  const t = useTranslations("programs.columns");
  const { name, may, used, ends, state } = useApiKeyColumns();
  const acts: Column<ApiKeyView> = {
    key: "acts",
    head: t("acts"),
    cell: (item) => (item.state === "live" ? <KeyActs item={item} /> : null),
  };
  return [name, may, used, ends, state, acts];
}

/** Leads administrators to the keys of all people. */
function AllKeys() {
  return (
    <ButtonLink href="/admin/api-keys" look="secondary" size="form">
      {useTranslations("programs")("everyone")}
    </ButtonLink>
  );
}

/** A person's API keys, and the drawer that makes one. */
const page = listPage({
  path: "/account/api-keys",
  operation: listApiKeys,
  load: (cx: Context, query: ApiKeyQuery) => withScopes(cx, (scoped) => load(scoped, query)),
  title: async () => (await getTranslations("programs"))("title"),
  above: async () => ({ label: (await getTranslations("account"))("title"), href: "/account/security" }),
  lead: async () => (await getTranslations("programs"))("lead"),
  actions: ({ value: { scopes }, principal }) => (
    <>
      {principal.role === "admin" ? <AllKeys /> : null}
      <AddKey scopes={scopes} />
    </>
  ),
  caption: async () => (await getTranslations("programs"))("list"),
  useColumns,
  rowKey: ({ id }) => id,
  empty: async () => {
    const t = await getTranslations("programs.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
