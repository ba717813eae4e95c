import { getTranslations } from "next-intl/server";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { listWebhooks } from "@/lib/api-client/operations/notifications";
import { loadPage } from "@/lib/http/pages/page";
import { WebhookQuery } from "@/lib/notify/schema";
import { listWebhooks as list } from "@/lib/notify/webhooks/list-webhooks";
import { AddWebhook } from "./_components/add-webhook";
import { WebhookTable } from "./_components/webhook-table";

const PATH = "/admin/webhooks";
const CALL = "/confidential/admin/webhooks";
const LIMIT = "40";

export async function generateMetadata() {
  return { title: (await getTranslations("notify.hooks"))("title") };
}

/** Webhooks of the person, and for administrators everybody's; the form that adds one. */
export default async function WebhooksPage({ searchParams }: PageProps<"/admin/webhooks">) {
  const t = await getTranslations("notify.hooks");
  const notices = await getTranslations("notify.notices");
  const { cursor } = await searchParams;
  const isCursor = typeof cursor === "string" && /^[0-9a-f-]{36}$/.test(cursor);
  const query = WebhookQuery.parse({ limit: LIMIT, ...(isCursor ? { cursor } : {}) });
  const result = await loadPage(listWebhooks, CALL, (cx) => list(cx, query));
  const section = { label: notices("title"), href: "/notifications" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { items, unreadable, next_cursor: next } = result.value;
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
          <WebhookTable items={items} isForAll={result.principal.role === "admin"} />
        )}
        <Pager
          first={isCursor ? PATH : undefined}
          next={next === null ? undefined : `${PATH}?cursor=${next}`}
        />
      </Section>
      <Section title={t("add.title")}>
        <AddWebhook />
      </Section>
    </PageFrame>
  );
}
