import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { LiveRefresh } from "@/components/client/live-refresh";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { listNotifications } from "@/lib/api-client/operations/notifications";
import { loadPage } from "@/lib/http/pages/page";
import { listNotifications as list } from "@/lib/notify/list-notifications";
import { getMailSettings } from "@/lib/notify/mail/settings";
import { NotificationQuery } from "@/lib/notify/schema";
import { getRuntime } from "@/lib/runtime/slot";
import { MailForm } from "./_components/mail-form";
import { MarkAll } from "./_components/mark-all";
import { NoticeTable } from "./_components/notice-table";

const PATH = "/notifications";
const CALL = "/confidential/notifications";
const LIMIT = "40";
const VIEWS = ["all", "unread"] as const;

export async function generateMetadata() {
  return { title: (await getTranslations("notify.notices"))("title") };
}

function addressOf(view: string, cursor?: string): string {
  const query = new URLSearchParams({
    ...(view === "unread" ? { view } : {}),
    ...(cursor === undefined ? {} : { cursor }),
  }).toString();
  return query === "" ? PATH : `${PATH}?${query}`;
}

/** What the person was told, newest first, and what of it comes by e-mail. */
export default async function NotificationsPage({ searchParams }: PageProps<"/notifications">) {
  const t = await getTranslations("notify.notices");
  const { view: wanted, cursor } = await searchParams;
  const view = wanted === "unread" ? "unread" : "all";
  const isCursor = typeof cursor === "string" && /^[0-9a-f-]{36}$/.test(cursor);
  const query = NotificationQuery.parse({ limit: LIMIT, view, ...(isCursor ? { cursor } : {}) });
  const result = await loadPage(listNotifications, CALL, async (cx) => ({
    ...(await list(cx, query)),
    mail: await getMailSettings(cx, (await getRuntime()).mailer !== undefined),
  }));
  const section = { label: t("title"), href: PATH };
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { items, next_cursor: next, unread, mail } = result.value;
  const newest = items[0]?.id;
  const empty = view === "unread" ? "emptyUnread" : "empty";
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      actions={
        <ButtonLink href="/admin/webhooks" look="secondary" size="bar">
          {t("hooks")}
        </ButtonLink>
      }
      apiCall={{ method: "GET", path: CALL }}
    >
      <LiveRefresh kinds={["notification"]} />
      <nav aria-label={t("views.label")} className="mb-4 flex gap-4 text-control">
        {VIEWS.map((one) => (
          <Link
            key={one}
            href={addressOf(one)}
            prefetch={false}
            aria-current={one === view ? "page" : undefined}
            className="inline-flex min-h-touch items-center underline-offset-4 hover:underline aria-[current]:font-semibold tablet:min-h-bar"
          >
            {t(`views.${one}`)}
          </Link>
        ))}
      </nav>
      <Section title={t("list")} action={<span role="status">{t("unreadCount", { count: unread })}</span>}>
        {newest === undefined || unread === 0 ? null : <MarkAll until={newest} />}
        <UnreadableRows rows={result.value.unreadable} />
        {items.length === 0 ? (
          <EmptyState title={t(`${empty}.title`)} text={t(`${empty}.text`)} />
        ) : (
          <NoticeTable items={items} />
        )}
        <Pager
          first={isCursor ? addressOf(view) : undefined}
          next={next === null ? undefined : addressOf(view, next)}
        />
      </Section>
      <MailForm settings={mail} />
    </PageFrame>
  );
}
