import { getTranslations } from "next-intl/server";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { listApiKeys } from "@/lib/api-client/operations/api-keys";
import { loadPage } from "@/lib/http/pages/page";
import { withScopes } from "@/lib/http/sign-in/with-session";
import { listOwnApiKeys } from "@/lib/identity/api-keys/list-api-keys";
import { ApiKeyQuery } from "@/lib/identity/api-keys/schema";
import { AddKey } from "./_components/add-key";
import { OwnKeys } from "./_components/own-keys";

const PATH = "/account/api-keys";
const CALL = "/confidential/account/api-keys";
const LIMIT = "40";

export async function generateMetadata() {
  return { title: (await getTranslations("programs"))("title") };
}

/** A person's API keys, and the form that makes one. */
export default async function ApiKeysPage({ searchParams }: PageProps<"/account/api-keys">) {
  const t = await getTranslations("programs");
  const account = await getTranslations("account");
  const { cursor } = await searchParams;
  const isCursor = typeof cursor === "string" && /^[0-9a-f-]{36}$/.test(cursor);
  const query = ApiKeyQuery.parse({ limit: LIMIT, ...(isCursor ? { cursor } : {}) });
  const result = await loadPage(listApiKeys, CALL, (cx) =>
    withScopes(cx, (scoped) => listOwnApiKeys(scoped, query)),
  );
  const section = { label: account("title"), href: "/account/security" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { items, scopes, next_cursor: next } = result.value;
  return (
    <PageFrame
      crumbs={[section, { label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      apiCall={{ method: "GET", path: CALL }}
    >
      <Section title={t("list")}>
        <UnreadableRows rows={result.value.unreadable} />
        {items.length === 0 ? (
          <EmptyState title={t("empty.title")} text={t("empty.text")} />
        ) : (
          <OwnKeys items={items} />
        )}
        <Pager
          first={isCursor ? PATH : undefined}
          next={next === null ? undefined : `${PATH}?cursor=${next}`}
        />
      </Section>
      <Section title={t("add.title")}>
        <AddKey scopes={scopes} />
      </Section>
    </PageFrame>
  );
}
