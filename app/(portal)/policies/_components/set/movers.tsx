import { useLocale, useTranslations } from "next-intl";
import { useFieldNames } from "@/components/domain/field-names";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import { formatCount } from "@/lib/format";
import { clock } from "@/lib/policies/authoring/segments";
import type { Change, DryRunResult } from "@/lib/policies/dry-run/schema";

/** Rows that one list shows; the API has all of them. */
const MOST_SHOWN = 40;

/** Changes of one person that differ in the field only. */
interface Moved extends Change {
  readonly key: string;
  readonly fields: readonly string[];
}

function moved(changes: readonly Change[]): Moved[] {
  const found = new Map<string, Moved>();
  for (const change of changes) {
    const { user_id, grant_id, purpose, before, after, policies, in_part } = change;
    const key = JSON.stringify([user_id, grant_id, purpose, before, after, policies, in_part]);
    const known = found.get(key);
    found.set(key, { ...change, key, fields: [...(known?.fields ?? []), change.group] });
  }
  return [...found.values()];
}

function What({ one }: { one: Moved }) {
  const t = useTranslations("policies.movers");
  const fields = useFieldNames(one.fields);
  const days = useTranslations("policies.edit.weekdays");
  const { weekday, minute } = one.when;
  return (
    <>
      <span className="block">{fields}</span>
      <span className="inline-flex items-center gap-1">
        {t(`seen.${one.before}`)}
        <Icon name="arrow" className="size-3" />
        <span className="sr-only">{t("to")}</span>
        {t(`seen.${one.after}`)}
      </span>
      {one.in_part ? (
        <span className="block text-note text-ink-2">
          {t("inPart", { day: days(String(weekday) as "1"), time: clock(minute) })}
        </span>
      ) : null}
    </>
  );
}

function useColumns(people: Readonly<Record<string, string>>): Column<Moved>[] {
  const t = useTranslations("policies.movers");
  const purposes = useTranslations("domain.purposesInText");
  return [
    {
      key: "person",
      head: t("person"),
      isTitle: true,
      cell: ({ user_id: id }) => people[id] ?? t("unknown"),
    },
    { key: "what", head: t("what"), cell: (one) => <What one={one} /> },
    {
      key: "under",
      head: t("under"),
      cell: ({ grant_id: grant, purpose }) =>
        t(grant === null ? "asParty" : "underGrant", { purpose: purposes(purpose as "audit") }),
    },
    {
      key: "by",
      head: t("by"),
      cell: ({ policies }) =>
        policies.length === 0 ? (
          t("noRule")
        ) : (
          <code className="wrap-anywhere font-mono text-note">{policies.join(", ")}</code>
        ),
    },
    {
      key: "used",
      head: t("used"),
      isNamed: true,
      cell: ({ last_used_at: at }) => (at === null ? t("never") : <LocalTime instant={at} form="day" />),
    },
  ];
}

/** Who loses, or who gains, and by which rule. */
export function Movers({
  result,
  people,
  kind,
}: {
  result: DryRunResult;
  people: Readonly<Record<string, string>>;
  kind: "losers" | "gainers";
}) {
  const t = useTranslations("policies.movers");
  const locale = useLocale();
  const columns = useColumns(people);
  const rows = moved(result[kind]);
  if (rows.length === 0) return null;
  const hidden = rows.length - MOST_SHOWN;
  const isMore = kind === "losers" ? result.losers_more : result.gainers_more;
  return (
    <Section title={t(kind)} level={3} className="mt-6">
      <Table caption={t(kind)} columns={columns} rows={rows.slice(0, MOST_SHOWN)} rowKey={({ key }) => key} />
      {hidden > 0 || isMore ? (
        <p className="py-2 text-control text-ink-2">
          {t("more", { count: formatCount(Math.max(hidden, 0), locale), all: isMore ? "no" : "yes" })}
        </p>
      ) : null}
    </Section>
  );
}
