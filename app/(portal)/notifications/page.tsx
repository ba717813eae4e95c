import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { ButtonLink } from "@/components/ui/button-link";
import { listNotifications } from "@/lib/api-client/operations/notifications";
import type { Context } from "@/lib/context/context";
import { listFollows } from "@/lib/notify/follows/follows";
import { listNotifications as list } from "@/lib/notify/list-notifications";
import { getMailSettings } from "@/lib/notify/mail/settings";
import type { Notification, NotificationQuery } from "@/lib/notify/schema";
import { getRuntime } from "@/lib/runtime/slot";
import { Followed } from "./_components/followed";
import { MailForm } from "./_components/mail-form";
import { type Thing, useNotificationColumns } from "./_components/notice-table";
import { Unread } from "./_components/unread";

async function load(cx: Context, query: NotificationQuery) {
  const mail = await getMailSettings(cx, (await getRuntime()).mailer !== undefined);
  const page = await list(cx, query);
  const { items: follows } = await listFollows(cx);
  return { ...page, items: byThing(page.items), mail, follows };
}

/** Groups notifications by thing: the newest on top, the earlier ones with it. */
function byThing(items: readonly Notification[]): Thing[] {
  const things = new Map<string, Thing>();
  for (const item of items) {
    const key = `${item.kind} ${item.subject}`;
    const newer = things.get(key);
    things.set(
      key,
      newer === undefined ? { ...item, earlier: [] } : { ...newer, earlier: [...newer.earlier, item] },
    );
  }
  return [...things.values()];
}

async function ToWebhooks() {
  const t = await getTranslations("notify.notices");
  return (
    <ButtonLink href="/admin/webhooks" look="secondary" size="bar">
      {t("hooks")}
    </ButtonLink>
  );
}

/** What the person was notified of, newest first, and which of it comes by e-mail. */
const page = listPage({
  path: "/notifications",
  operation: listNotifications,
  load,
  live: ["notification"],
  title: async () => (await getTranslations("notify.notices"))("title"),
  lead: async () => (await getTranslations("notify.notices"))("lead"),
  actions: () => <ToWebhooks />,
  views: {
    keys: ["all", "unread"],
    words: async () => {
      const t = await getTranslations("notify.notices.views");
      return { label: t("label"), names: { all: t("all"), unread: t("unread") } };
    },
  },
  top: ({ value: { items, unread } }) => <Unread count={unread} newest={items[0]?.id} />,
  caption: async () => (await getTranslations("notify.notices"))("list"),
  useColumns: useNotificationColumns,
  rowKey: ({ id }) => id,
  empty: async ({ view }) => {
    const t = await getTranslations("notify.notices");
    const key = view === "unread" ? "emptyUnread" : "empty";
    return { title: t(`${key}.title`), text: t(`${key}.text`) };
  },
  after: ({ value: { mail, follows } }) => (
    <>
      <Followed follows={follows} />
      <MailForm settings={mail} />
    </>
  ),
});

export const generateMetadata = page.generateMetadata;
export default page.render;
