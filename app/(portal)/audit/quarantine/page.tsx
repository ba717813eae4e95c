import { getTranslations } from "next-intl/server";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { listQuarantine } from "@/lib/api-client/operations/quarantine";
import { listQuarantine as list } from "@/lib/audit/reading/list-quarantine";
import { QuarantineQuery } from "@/lib/audit/reading/quarantine-schema";
import { loadPage } from "@/lib/http/pages/page";
import { oneOf } from "../_components/filter/read-filter";
import { RefreshButton } from "../_components/page-controls";
import { QuarantineTable } from "./_components/quarantine-table";

const PATH = "/audit/quarantine";
const CALL = "/confidential/audit/quarantine";
const LIMIT = "40";

export async function generateMetadata() {
  return { title: (await getTranslations("keeping.quarantine"))("title") };
}

/** Quarantined entries: what each is, and who dismissed it. */
export default async function QuarantinePage({ searchParams }: PageProps<"/audit/quarantine">) {
  const t = await getTranslations("keeping.quarantine");
  const audit = await getTranslations("audit");
  const cursor = oneOf(await searchParams, "cursor");
  const isCursor = /^[\w-]{1,40}$/.test(cursor);
  const query = QuarantineQuery.parse({ limit: LIMIT, ...(isCursor ? { cursor } : {}) });
  const result = await loadPage(listQuarantine, CALL, (cx) => list(cx, query));
  const section = { label: audit("title"), href: "/audit" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { items, unreadable, next_cursor: next } = result.value;
  // An administrator reads this list and not the log.
  const readsLog = result.principal.role !== "admin";
  return (
    <PageFrame
      crumbs={[...(readsLog ? [section] : []), { label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      actions={
        <>
          <RefreshButton>{audit("refresh")}</RefreshButton>
          {readsLog ? (
            <ButtonLink href="/audit/verify" look="secondary" size="bar" icon="check">
              {audit("verify.title")}
            </ButtonLink>
          ) : null}
        </>
      }
      apiCall={{ method: "GET", path: CALL }}
    >
      <Section title={t("list")}>
        <UnreadableRows rows={unreadable} />
        {items.length === 0 ? (
          <EmptyState title={t("empty.title")} text={t("empty.text")} />
        ) : (
          <QuarantineTable items={items} />
        )}
        <Pager
          first={isCursor ? PATH : undefined}
          next={next === null ? undefined : `${PATH}?cursor=${next}`}
        />
      </Section>
    </PageFrame>
  );
}
