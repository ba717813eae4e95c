import { getTranslations } from "next-intl/server";
import { type Listed, listPage } from "@/app/(portal)/_kit/list-page";
import { Section } from "@/components/ui/section";
import { listNotices as list } from "@/lib/access/notices/list-notices";
import type { NoticeQuery } from "@/lib/access/notices/schema";
import { listNoticeRules } from "@/lib/access/notices/set-rule";
import { listNotices } from "@/lib/api-client/operations/notices";
import type { Context } from "@/lib/context/context";
import { useNoticeColumns } from "./_components/notice-table";
import { RuleTable } from "./_components/rule-table";

async function load(cx: Context, query: NoticeQuery) {
  return { ...(await list(cx, query)), rules: (await listNoticeRules(cx)).items };
}

async function Rules({ value: { rules } }: Listed<Awaited<ReturnType<typeof load>>>) {
  const t = await getTranslations("notices.rules");
  return (
    <Section title={t("title")}>
      <p className="max-w-[80ch] py-2 text-control text-ink-2">{t("help")}</p>
      <RuleTable rules={rules} />
    </Section>
  );
}

/** Notices to participants about disclosures of their data, for legal reviewers: send, withhold, and the rules. */
const page = listPage({
  path: "/requests/notices",
  operation: listNotices,
  load,
  title: async () => (await getTranslations("notices"))("title"),
  above: async () => ({ label: (await getTranslations("requests"))("title"), href: "/requests" }),
  lead: async () => (await getTranslations("notices"))("lead"),
  heading: async () => ({ title: (await getTranslations("notices"))("list") }),
  caption: async () => (await getTranslations("notices"))("list"),
  useColumns: useNoticeColumns,
  rowKey: ({ request_id: id, participant }) => `${id}:${participant}`,
  empty: async () => {
    const t = await getTranslations("notices.empty");
    return { title: t("title"), text: t("text") };
  },
  after: (notices) => <Rules {...notices} />,
});

export const generateMetadata = page.generateMetadata;
export default page.render;
