import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import { formatCount } from "@/lib/format";
import type { EscrowEpochView } from "@/lib/keys/schema";

const LOOKS = {
  active: { tone: "accent", icon: "check" },
  deactivated: { tone: "plain", icon: "nothing" },
  destroyed: { tone: "plain", icon: "cross" },
} as const;

function isKnown(state: string): state is keyof typeof LOOKS {
  return Object.hasOwn(LOOKS, state);
}

function EpochState({ state }: { state: string }) {
  const t = useTranslations("keys.escrow");
  if (!isKnown(state)) return state;
  return (
    <Tag tone={LOOKS[state].tone} icon={LOOKS[state].icon}>
      {t(state)}
    </Tag>
  );
}

/** Escrow epochs: public keys that the custodian signed. Only the custodian has their private keys. */
export function EpochTable(props: {
  epochs: readonly EscrowEpochView[];
  /** The button that destroys a former, empty epoch, for people who may. */
  actOf?: (epoch: EscrowEpochView) => ReactNode;
}) {
  const { epochs, actOf } = props;
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
          key: "due",
          head: t("due"),
          cell: ({ due_at }) => (due_at === undefined ? "–" : <LocalTime instant={due_at} form="minute" />),
        },
        { key: "state", head: columns("state"), cell: ({ state }) => <EpochState state={state} /> },
        ...(actOf === undefined
          ? []
          : [
              {
                key: "act",
                head: t("act"),
                isHeadHidden: true,
                cell: (epoch: EscrowEpochView) =>
                  epoch.state === "deactivated" && epoch.remaining_wraps === 0 ? actOf(epoch) : null,
              },
            ]),
      ]}
    />
  );
}
