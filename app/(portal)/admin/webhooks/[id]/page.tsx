import { getTranslations } from "next-intl/server";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { listDeliveries } from "@/lib/api-client/operations/notifications";
import { loadPage } from "@/lib/http/pages/page";
import { listDeliveries as list } from "@/lib/notify/deliveries/list-deliveries";
import { DeliveryQuery, WebhookPath } from "@/lib/notify/schema";
import { DeliveryTable } from "../_components/delivery-table";

const LIMIT = "40";

export async function generateMetadata() {
  return { title: (await getTranslations("notify.log"))("title") };
}

/** What was sent to one webhook, with every attempt. */
export default async function DeliveriesPage({ params, searchParams }: PageProps<"/admin/webhooks/[id]">) {
  const t = await getTranslations("notify.log");
  const hooks = await getTranslations("notify.hooks");
  const path = WebhookPath.safeParse(await params);
  // An id that can be none is asked for as any other, and is not there.
  const id = path.success ? path.data.id : "00000000-0000-0000-0000-000000000000";
  const { cursor } = await searchParams;
  const isCursor = typeof cursor === "string" && /^[0-9a-f-]{36}$/.test(cursor);
  const query = DeliveryQuery.parse({ limit: LIMIT, ...(isCursor ? { cursor } : {}) });
  const call = `/confidential/admin/webhooks/${id}/deliveries`;
  const result = await loadPage(listDeliveries, call, (cx) => list(cx, id, query));
  const section = { label: hooks("title"), href: "/admin/webhooks" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { items, unreadable, next_cursor: next } = result.value;
  const here = `/admin/webhooks/${id}`;
  return (
    <PageFrame
      crumbs={[section, { label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      apiCall={{ method: "GET", path: call }}
    >
      <Section title={t("title")}>
        <UnreadableRows rows={unreadable} />
        {items.length === 0 ? (
          <EmptyState title={t("empty.title")} text={t("empty.text")} />
        ) : (
          <DeliveryTable items={items} webhookId={id} />
        )}
        <Pager
          first={isCursor ? here : undefined}
          next={next === null ? undefined : `${here}?cursor=${next}`}
        />
      </Section>
    </PageFrame>
  );
}
