import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { AlertAddress, AlertDelivery } from "@/lib/alerts/delivery/schema";
import type { Principal } from "@/lib/context/principal";
import { AddressActs } from "./address-acts";

const TONES = {
  waiting: "text-ink-2",
  delivered: "text-accent",
  failed: "text-oxblood",
  withheld: "text-ink-2",
} as const;

function Message({ message }: { message: AlertDelivery }) {
  const t = useTranslations("alertsPage.addresses");
  const { reason, status, outcome, http_status: http, attempts, at } = message;
  const words = (): string | undefined => {
    if (outcome === null || outcome === "delivered") return undefined;
    const named = { outcome: t(`outcomes.${outcome}`), attempts };
    return http === null ? t("tried", named) : t("triedStatus", { ...named, status: String(http) });
  };
  const failed = words();
  return (
    <li className={TONES[status]}>
      {t("line", { reason: t(`reasons.${reason}`), status: t(`status.${status}`) })}{" "}
      <span className="text-note text-ink-2">
        <LocalTime instant={at} form="minute" />
      </span>
      {failed === undefined ? null : <span className="block text-note">{failed}</span>}
    </li>
  );
}

/** Columns of the addresses for alerts, each with its newest messages. */
export function useAddressColumns({
  principal,
}: {
  readonly principal: Pick<Principal, "role">;
}): Column<AlertAddress>[] {
  const t = useTranslations("alertsPage.addresses");
  const acts: Column<AlertAddress> = {
    key: "acts",
    head: t("columns.acts"),
    cell: (item) => <AddressActs item={item} />,
  };
  return [
    {
      key: "address",
      head: t("columns.address"),
      isTitle: true,
      cell: ({ address }) => <span className="wrap-anywhere font-mono">{address}</span>,
    },
    { key: "channel", head: t("columns.channel"), cell: ({ channel }) => t(`channels.${channel}`) },
    { key: "least", head: t("columns.least"), cell: ({ least }) => t(`least.${least}`) },
    {
      key: "state",
      head: t("columns.state"),
      cell: ({ state }) => (
        <Tag tone={state === "active" ? "accent" : "plain"} icon={state === "active" ? "check" : "nothing"}>
          {t(`states.${state}`)}
        </Tag>
      ),
    },
    {
      key: "sent",
      head: t("columns.sent"),
      cell: ({ deliveries }) =>
        deliveries.length === 0 ? (
          <span className="text-ink-3">{t("noMessages")}</span>
        ) : (
          <ol>
            {deliveries.map((message) => (
              <Message key={message.id} message={message} />
            ))}
          </ol>
        ),
    },
    ...(principal.role === "admin" ? [acts] : []),
  ];
}
