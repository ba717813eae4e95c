import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { roleKey } from "@/components/layout/role-words";
import { Section } from "@/components/ui/section";
import { Table } from "@/components/ui/table";
import type { RetentionSettings } from "@/lib/access/policy/retention";
import { ENTRY_CLASSES } from "@/lib/audit/entry/event";
import type { Retention } from "@/lib/audit/retention/schema";

type Kind = "role" | "class";
type Period = Retention["roles"][number];

const YEAR_DAYS = 365;

/** A role or a class of entries as pages name it. */
export function PeriodName({ of, name, isOnly = false }: { of: Kind; name: string; isOnly?: boolean }) {
  const t = useTranslations("keeping.retention");
  const roles = useTranslations("portal.roles");
  if (name === "*") return <>{t(isOnly ? "every" : "others")}</>;
  if (of === "role") return <>{roles(roleKey(name))}</>;
  const known = ENTRY_CLASSES.find((one) => one === name);
  return <>{known === undefined ? name : t(`classNames.${known}`)}</>;
}

/** Whole years as years, anything else in days: periods are counted in days. */
function Length({ days }: { days: number }) {
  const t = useTranslations("keeping");
  if (days % YEAR_DAYS !== 0) return <>{t("days", { count: days })}</>;
  return <span title={t("days", { count: days })}>{t("years", { count: days / YEAR_DAYS })}</span>;
}

/** Periods by role or by class. */
export function PeriodTable({ of, periods }: { of: Kind; periods: readonly Period[] }) {
  const t = useTranslations("keeping.retention");
  return (
    <Table
      caption={t(of === "role" ? "roles" : "classes")}
      columns={[
        {
          key: "name",
          head: t(of === "role" ? "columns.role" : "columns.class"),
          isTitle: true,
          cell: (period: Period) => <PeriodName of={of} name={period.name} isOnly={periods.length === 1} />,
        },
        {
          key: "period",
          head: t("columns.period"),
          isNumber: true,
          cell: (period: Period) => <Length days={period.days} />,
        },
      ]}
      rows={periods}
      rowKey={({ name }) => name}
    />
  );
}

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
