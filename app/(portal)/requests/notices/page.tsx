import { getTranslations } from "next-intl/server";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { listNotices as list } from "@/lib/access/notices/list-notices";
import { NoticeQuery } from "@/lib/access/notices/schema";
import { listNoticeRules } from "@/lib/access/notices/set-rule";
import { listNotices } from "@/lib/api-client/operations/notices";
import { loadPage } from "@/lib/http/pages/page";
import { NoticeTable } from "./_components/notice-table";
import { RuleForm } from "./_components/rule-form";
import { RuleTable } from "./_components/rule-table";

const PATH = "/requests/notices";
const CALL = "/confidential/access/notices";
const LIMIT = "40";

export async function generateMetadata() {
  return { title: (await getTranslations("notices"))("title") };
}

/** Notices to those whose data were disclosed, for legal reviewers: send, withhold, and of what there is notice. */
export default async function NoticesPage({ searchParams }: PageProps<"/requests/notices">) {
  const t = await getTranslations("notices");
  const requests = await getTranslations("requests");
  const { cursor } = await searchParams;
  const isCursor = typeof cursor === "string" && /^[0-9a-f-]{36}$/.test(cursor);
  const query = NoticeQuery.parse({ limit: LIMIT, ...(isCursor ? { cursor } : {}) });
  const result = await loadPage(listNotices, CALL, async (cx) => ({
    ...(await list(cx, query)),
    rules: (await listNoticeRules(cx)).items,
  }));
  const section = { label: requests("title"), href: "/requests" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { items, unreadable, next_cursor: next, rules } = result.value;
  return (
    <PageFrame
      crumbs={[section, { label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      apiCall={{ method: "GET", path: CALL }}
    >
      <Section title={t("list")}>
        <UnreadableRows rows={unreadable} />
        {items.length === 0 ? (
          <EmptyState title={t("empty.title")} text={t("empty.text")} />
        ) : (
          <NoticeTable items={items} />
        )}
        <Pager
          first={isCursor ? PATH : undefined}
          next={next === null ? undefined : `${PATH}?cursor=${next}`}
        />
      </Section>
      <Section title={t("rules.title")}>
        <p className="max-w-[80ch] py-2 text-control text-ink-2">{t("rules.help")}</p>
        <RuleTable rules={rules} />
        <RuleForm />
      </Section>
    </PageFrame>
  );
}
