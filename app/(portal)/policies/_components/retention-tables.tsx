import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { PeriodTable } from "@/app/(portal)/_kit/period-table";
import { Section } from "@/components/ui/section";
import type { RetentionSettings } from "@/lib/access/policy/retention";

function periodsOf(days: Readonly<Record<string, number | undefined>>) {
  const named = Object.entries(days).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, days: value }],
  );
  return named.sort((a, b) => Number(a.name === "*") - Number(b.name === "*") || (a.name < b.name ? -1 : 1));
}

/** How long the log keeps entries and data about people, as a set says. */
export function RetentionTables({ retention, action }: { retention: RetentionSettings; action?: ReactNode }) {
  const t = useTranslations("policies.retention");
  return (
    <Section title={t("title")} action={action}>
      <div className="grid items-start gap-x-10 facts:grid-cols-2">
        <PeriodTable of="class" periods={periodsOf(retention.classes)} />
        <PeriodTable of="role" periods={periodsOf(retention.roles)} />
      </div>
    </Section>
  );
}
