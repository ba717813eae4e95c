import { getTranslations } from "next-intl/server";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { listAllApiKeys } from "@/lib/api-client/operations/api-keys";
import { loadPage } from "@/lib/http/pages/page";
import { listAllApiKeys as list } from "@/lib/identity/api-keys/list-api-keys";
import { ApiKeyQuery } from "@/lib/identity/api-keys/schema";
import { AllKeys } from "./_components/all-keys";

const PATH = "/admin/api-keys";
const CALL = "/confidential/admin/api-keys";
const LIMIT = "40";

export async function generateMetadata() {
  return { title: (await getTranslations("programs.all"))("title") };
}

/** Everybody's API keys, for administrators. */
export default async function AllApiKeysPage({ searchParams }: PageProps<"/admin/api-keys">) {
  const t = await getTranslations("programs");
  const { cursor } = await searchParams;
  const isCursor = typeof cursor === "string" && /^[0-9a-f-]{36}$/.test(cursor);
  const query = ApiKeyQuery.parse({ limit: LIMIT, ...(isCursor ? { cursor } : {}) });
  const result = await loadPage(listAllApiKeys, CALL, (cx) => list(cx, query));
  if (!result.ok)
    return <ProblemPage problem={result.problem} section={{ label: t("all.title"), href: PATH }} />;
  const { items, unreadable, next_cursor: next } = result.value;
  return (
    <PageFrame
      crumbs={[{ label: t("all.title") }]}
      title={t("all.title")}
      lead={<p className="max-w-[80ch]">{t("all.lead")}</p>}
      apiCall={{ method: "GET", path: CALL }}
    >
      <Section title={t("all.list")}>
        <UnreadableRows rows={unreadable} />
        {items.length === 0 ? (
          <EmptyState title={t("empty.title")} text={t("all.empty")} />
        ) : (
          <AllKeys items={items} />
        )}
        <Pager
          first={isCursor ? PATH : undefined}
          next={next === null ? undefined : `${PATH}?cursor=${next}`}
        />
      </Section>
    </PageFrame>
  );
}
