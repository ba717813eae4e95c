import Link from "next/link";
import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import { type Column, Table } from "@/components/ui/table";
import { NotifyKind, type Webhook } from "@/lib/notify/schema";
import { WebhookActs } from "./webhook-acts";

/** Webhooks in rows, newest first; with whose they are for administrators. */
export function WebhookTable({ items, isForAll }: { items: readonly Webhook[]; isForAll: boolean }) {
  const t = useTranslations("notify.hooks");
  const kinds = useTranslations("notify.kinds");
  const told = (item: Webhook) =>
    item.kinds.length === NotifyKind.options.length
      ? t("allKinds")
      : item.kinds.map((kind) => kinds(kind)).join(", ");
  const owner: Column<Webhook> = { key: "owner", head: t("columns.owner"), cell: (item) => item.owner };
  const columns: Column<Webhook>[] = [
    {
      key: "name",
      head: t("columns.name"),
      isTitle: true,
      cell: ({ id, name, is_own: isOwn }) =>
        isOwn ? (
          <Link
            href={`/admin/webhooks/${id}`}
            prefetch={false}
            aria-label={t("deliveriesNamed", { name })}
            className="underline decoration-line-2 underline-offset-4 hover:decoration-current"
          >
            {name}
          </Link>
        ) : (
          name
        ),
    },
    {
      key: "url",
      head: t("columns.url"),
      cell: ({ url }) => <span className="break-all font-mono">{url}</span>,
    },
    ...(isForAll ? [owner] : []),
    { key: "kinds", head: t("columns.kinds"), cell: told },
    {
      key: "state",
      head: t("columns.state"),
      cell: ({ state, former_until: until }) => (
        <span className={state === "active" ? "text-accent" : "text-ink-2"}>
          {t(`states.${state}`)}
          {until === null ? null : (
            <span className="block text-note text-ink-2">
              {t.rich("overlap", { until: () => <LocalTime instant={until} form="minute" /> })}
            </span>
          )}
        </span>
      ),
    },
    { key: "acts", head: t("columns.acts"), cell: (item) => <WebhookActs item={item} /> },
  ];
  return <Table caption={t("list")} columns={columns} rows={items} rowKey={({ id }) => id} />;
}
