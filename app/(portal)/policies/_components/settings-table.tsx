import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Section } from "@/components/ui/section";
import { Table } from "@/components/ui/table";
import type { PolicySettings } from "@/lib/access/policy/policy-document";
import { formatCount } from "@/lib/format";
import { SETTINGS, settingOf } from "@/lib/policies/authoring/document-diff";

/** The numbers of a set: how many people decide, the most that one grant gives, and review days. */
export function SettingsTable({ settings, action }: { settings: PolicySettings; action?: ReactNode }) {
  const t = useTranslations("policies.settings");
  const locale = useLocale();
  return (
    <Section title={t("title")} action={action}>
      <Table
        caption={t("title")}
        rows={SETTINGS}
        rowKey={(name) => name}
        columns={[
          { key: "name", head: t("name"), isTitle: true, cell: (name) => t(`names.${name}`) },
          {
            key: "value",
            head: t("value"),
            isNumber: true,
            cell: (name) => formatCount(settingOf(settings, name), locale),
          },
        ]}
      />
    </Section>
  );
}
