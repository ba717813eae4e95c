import { useTranslations } from "next-intl";
import { type Column, Table } from "@/components/ui/table";
import type { NoticeRules } from "@/lib/access/notices/schema";
import { ChangeRules } from "./rule-form";

type Rule = NoticeRules["items"][number];

/** Of what there is notice: a row for an instrument, a column for a purpose, and at its end the form that changes it. */
export function RuleTable({ rules }: { rules: readonly Rule[] }) {
  const t = useTranslations("notices");
  const domain = useTranslations("domain");
  const purposes = [...new Set(rules.map(({ purpose }) => purpose))];
  const kinds = [...new Set(rules.map(({ kind }) => kind))];
  type Row = { readonly kind: Rule["kind"] };
  const columns: Column<Row>[] = [
    { key: "kind", head: t("rules.kind"), isTitle: true, cell: ({ kind }) => t(`kinds.${kind}`) },
    ...purposes.map((purpose) => ({
      key: purpose,
      head: domain(`purposes.${purpose}`),
      isNamed: true,
      // Two in a line where rows stack.
      className: "max-tablet:basis-[calc(50%-0.5rem)]",
      cell: ({ kind }: Row) => {
        const rule = rules.find((one) => one.kind === kind && one.purpose === purpose);
        if (rule === undefined) return null;
        const isSet = rule.by !== undefined;
        return (
          <span className={rule.notice === "none" ? "text-ink-2" : ""} title={rule.reason}>
            {t(`rules.${rule.notice}`)}
            {isSet ? ` (${t("rules.isSet")})` : ""}
          </span>
        );
      },
    })),
    {
      key: "change",
      head: t("rules.change"),
      isHeadHidden: true,
      isTool: true,
      cell: ({ kind }) => <ChangeRules rules={rules.filter((one) => one.kind === kind)} />,
    },
  ];
  return (
    <Table
      caption={t("rules.caption")}
      columns={columns}
      rows={kinds.map((kind) => ({ kind }))}
      rowKey={({ kind }) => kind}
    />
  );
}
