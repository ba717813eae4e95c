import { useTranslations } from "next-intl";
import { roleKey } from "@/components/layout/role-words";
import { Table } from "@/components/ui/table";
import { ENTRY_CLASSES } from "@/lib/audit/entry/event";
import type { Retention } from "@/lib/audit/retention/schema";

type Kind = "role" | "class";
type Period = Retention["roles"][number];

const YEAR_DAYS = 365;

/** A role or a class of entries as pages name it. */
export function PeriodName({ of, name }: { of: Kind; name: string }) {
  const t = useTranslations("keeping.retention");
  const roles = useTranslations("portal.roles");
  if (name === "*") return <>{t("others")}</>;
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
          cell: (period: Period) => <PeriodName of={of} name={period.name} />,
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
