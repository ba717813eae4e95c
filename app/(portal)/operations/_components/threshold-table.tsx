"use client";

import { useLocale, useTranslations } from "next-intl";
import { ActRow, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { LocalTime } from "@/components/ui/local-time";
import { Table } from "@/components/ui/table";
import type { ThresholdView } from "@/lib/alerts/rules/thresholds";
import type { setAlertThreshold } from "@/lib/api-client/operations/alerts";
import { formatCount } from "@/lib/format";

const SET = target<typeof setAlertThreshold>("PUT", "/confidential/alert-thresholds/{name}");

function ThresholdAct({ item: { name, least, most } }: { item: ThresholdView }) {
  const t = useTranslations("alertsPage.rules");
  const change = act<typeof setAlertThreshold, "value">("change", {
    call: SET,
    params: { name },
    label: t("change"),
    named: t("changeNamed", { name: t(`names.${name}`) }),
    button: { size: "bar" },
    title: t("changeTitle"),
    text: t("changeText"),
    fields: {
      value: {
        kind: "line",
        label: t("value"),
        help: t("valueHelp", { least, most }),
        missing: t("valueNeeded"),
        wrong: t("valueHelp", { least, most }),
        maxLength: 5,
      },
    },
    body: ({ value }) => ({ value: Number(value) }),
    yes: t("change"),
    failed: t("failed"),
  });
  return <ActRow acts={[change]} />;
}

/** The figures of the rules, each with its default; administrators change them. */
export function ThresholdTable({
  items,
  mayChange,
}: {
  items: readonly ThresholdView[];
  mayChange: boolean;
}) {
  const t = useTranslations("alertsPage.rules");
  const locale = useLocale();
  return (
    <Table<ThresholdView>
      caption={t("list")}
      rows={items}
      rowKey={({ name }) => name}
      columns={[
        { key: "name", head: t("columns.name"), isTitle: true, cell: ({ name }) => t(`names.${name}`) },
        {
          key: "value",
          head: t("columns.value"),
          isNumber: true,
          cell: ({ value }) => <span className="font-semibold">{formatCount(value, locale)}</span>,
        },
        {
          key: "usual",
          head: t("columns.usual"),
          isNumber: true,
          cell: ({ usual }) => formatCount(usual, locale),
        },
        {
          key: "range",
          head: t("columns.range"),
          isNamed: true,
          cell: ({ least, most }) => t("range", { least, most }),
        },
        {
          key: "changed",
          head: t("columns.changed"),
          isNamed: true,
          cell: ({ changed_at: at, changed_by: by }) =>
            at === null ? (
              <span className="text-ink-3">{t("never")}</span>
            ) : (
              <>
                {by}, <LocalTime instant={at} form="minute" />
              </>
            ),
        },
        ...(mayChange
          ? [
              {
                key: "acts",
                head: t("columns.acts"),
                cell: (item: ThresholdView) => <ThresholdAct item={item} />,
              },
            ]
          : []),
      ]}
    />
  );
}
