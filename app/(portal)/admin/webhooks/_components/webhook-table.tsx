import Link from "next/link";
import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import type { Principal } from "@/lib/context/principal";
import { NotifyKind, type Webhook } from "@/lib/notify/schema";
import { WebhookActs } from "./webhook-acts";

/** Columns of the list of webhooks. Administrators also see whose each is. */
export function useWebhookColumns({
  principal,
}: {
  readonly principal: Pick<Principal, "role">;
}): Column<Webhook>[] {
  const t = useTranslations("notify.hooks");
  const kinds = useTranslations("notify.kinds");
  const kindsOf = (item: Webhook) =>
    item.kinds.length === NotifyKind.options.length
      ? t("allKinds")
      : item.kinds.map((kind) => kinds(kind)).join(", ");
  const owner: Column<Webhook> = { key: "owner", head: t("columns.owner"), cell: (item) => item.owner };
  return [
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
      cell: ({ url }) => <span className="wrap-anywhere font-mono">{url}</span>,
    },
    ...(principal.role === "admin" ? [owner] : []),
    { key: "kinds", head: t("columns.kinds"), cell: kindsOf },
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
}
