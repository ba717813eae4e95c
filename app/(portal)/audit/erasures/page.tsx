import { getTranslations } from "next-intl/server";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { listErasures } from "@/lib/api-client/operations/erasures";
import { listErasures as list } from "@/lib/audit/retention/erasure/list-erasures";
import { ErasureQuery } from "@/lib/audit/retention/erasure/schema";
import { loadPage } from "@/lib/http/pages/page";
import { oneOf } from "../_components/filter/read-filter";
import { RefreshButton } from "../_components/list/refresh-button";
import { AskErasure } from "./_components/ask-erasure";
import { ErasureTable } from "./_components/erasure-table";

const PATH = "/audit/erasures";
const LIMIT = "40";

export async function generateMetadata() {
  return { title: (await getTranslations("keeping.erasures"))("title") };
}

/** Erasures of what tells who a person is: one asks, a second agrees, and what became of each. */
export default async function ErasuresPage({ searchParams }: PageProps<"/audit/erasures">) {
  const t = await getTranslations("keeping.erasures");
  const audit = await getTranslations("audit");
  const keeping = await getTranslations("keeping.retention");
  const cursor = oneOf(await searchParams, "cursor");
  const isCursor = /^[\w-]{1,40}$/.test(cursor);
  const query = ErasureQuery.parse({ limit: LIMIT, ...(isCursor ? { cursor } : {}) });
  const result = await loadPage(listErasures, "/confidential/audit/erasures", (cx) => list(cx, query));
  if (!result.ok)
    return <ProblemPage problem={result.problem} section={{ label: audit("title"), href: "/audit" }} />;
  const { items, unreadable, next_cursor: next } = result.value;
  return (
    <PageFrame
      crumbs={[{ label: audit("title"), href: "/audit" }, { label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      actions={
        <>
          <RefreshButton>{audit("refresh")}</RefreshButton>
          <ButtonLink href="/audit/retention" look="secondary" size="bar" icon="clock">
            {keeping("title")}
          </ButtonLink>
        </>
      }
      apiCall={{ method: "GET", path: "/confidential/audit/erasures" }}
    >
      <Section title={t("ask.title")}>
        <AskErasure />
      </Section>
      <Section
        title={t("list")}
        count={items.length === 0 || isCursor || next !== null ? undefined : items.length}
      >
        <UnreadableRows rows={unreadable} />
        {items.length === 0 ? (
          <EmptyState title={t("empty.title")} text={t("empty.text")} />
        ) : (
          <ErasureTable items={items} />
        )}
        <Pager
          first={isCursor ? PATH : undefined}
          next={next === null ? undefined : `${PATH}?cursor=${next}`}
        />
      </Section>
    </PageFrame>
  );
}
