import { useLocale, useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { Table } from "@/components/ui/table";
import { formatCount } from "@/lib/format";
import type { EscrowEpochView } from "@/lib/keys/schema";

const STATES = ["active", "deactivated", "destroyed"] as const;

function isKnown(state: string): state is (typeof STATES)[number] {
  return STATES.some((one) => one === state);
}

/** Escrow epochs: public keys that the custodian signed; their private halves are his alone. */
export function EpochTable({ epochs }: { epochs: readonly EscrowEpochView[] }) {
  const t = useTranslations("keys.escrow");
  const columns = useTranslations("keys.columns");
  const locale = useLocale();
  return (
    <Table
      caption={t("title")}
      rows={epochs}
      rowKey={(epoch) => epoch.kid}
      columns={[
        { key: "kid", head: columns("key"), isTitle: true, cell: (epoch) => epoch.kid },
        { key: "epoch", head: t("epoch"), isNumber: true, cell: (epoch) => epoch.epoch },
        {
          key: "public",
          head: t("publicKey"),
          cell: (epoch) => <Digest value={epoch.public_key} label={t("publicKey")} />,
        },
        {
          key: "signature",
          head: t("signature"),
          cell: (epoch) => <Digest value={epoch.signature} label={t("signature")} />,
        },
        ...(epochs.some((epoch) => epoch.remaining_wraps !== undefined)
          ? [
              {
                key: "wraps",
                head: columns("wraps"),
                isNumber: true,
                cell: ({ remaining_wraps }: EscrowEpochView) =>
                  remaining_wraps === undefined ? "–" : formatCount(remaining_wraps, locale),
              },
            ]
          : []),
        {
          key: "created",
          head: t("since"),
          cell: (epoch) => <LocalTime instant={epoch.created_at} form="minute" />,
        },
        {
          key: "state",
          head: columns("state"),
          cell: (epoch) => (isKnown(epoch.state) ? t(epoch.state) : epoch.state),
        },
      ]}
    />
  );
}
