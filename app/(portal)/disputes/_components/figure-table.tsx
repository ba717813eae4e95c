import { useTranslations } from "next-intl";
import { SealGlyph } from "@/components/domain/seal-glyph";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { FigureRow } from "@/lib/disputes/figures/schema";
import type { DisputeView } from "@/lib/disputes/schema";

/** A hidden value at a fixed width, so that it says nothing of the length, and its letter. */
function Covered({ letter, differs }: { letter: string; differs: boolean }) {
  const t = useTranslations("disputes.figures");
  return (
    <span className="inline-flex items-center gap-2">
      <SealGlyph state="masked" size={14} />
      <span className="sr-only">{t("hidden")}</span>
      <span
        className={`inline-flex size-5 items-center justify-center border font-mono text-note ${differs ? "border-amber text-amber" : "border-line-2"}`}
      >
        {letter}
      </span>
    </span>
  );
}

function Result({ row, parties }: { row: FigureRow; parties: number }) {
  const t = useTranslations("disputes.figures");
  const { said, differ, record } = row;
  const voices = said.length + (record === null ? 0 : 1);
  if (voices < 2) return <span className="text-ink-2">{t("one")}</span>;
  if (differ.length === 0)
    return (
      <Tag tone="accent" icon="check">
        {t(said.length === parties ? "all" : "both")}
      </Tag>
    );
  const [first] = said.filter(({ party }) => differ.includes(party));
  const relation = first?.relation ?? "differs";
  return (
    <Tag tone="amber" icon="warning">
      {differ.length > 1 || first === undefined
        ? t("several", { parties: differ.join(", ") })
        : t("differs", { party: first.party, relation })}
    </Tag>
  );
}

/** What the record and each party say of a field, compared without a value. Equal letters are equal values. */
export function FigureTable({ dispute }: { dispute: DisputeView }) {
  const t = useTranslations("disputes.figures");
  const { figures, participants } = dispute;
  if (figures.length === 0) return null;
  const rows = [...figures].sort((a, b) => Number(b.field === "amount") - Number(a.field === "amount"));
  const differing = figures.filter(({ differ }) => differ.length > 0).length;
  const columns: Column<FigureRow>[] = [
    {
      key: "field",
      head: t("field"),
      isTitle: true,
      cell: ({ field }) =>
        field === "amount" ? (
          t("amount")
        ) : (
          <span className="font-mono">{field.slice("pricing/".length)}</span>
        ),
    },
    {
      key: "record",
      head: t("record"),
      isNamed: true,
      cell: ({ record }) =>
        record === null ? (
          <span className="text-ink-2">{t("notOpened")}</span>
        ) : (
          <Covered letter={record} differs={false} />
        ),
    },
    ...participants.map((party) => ({
      key: `said-${party}`,
      head: t("says", { party }),
      isNamed: true,
      cell: (row: FigureRow) => {
        const said = row.said.find((one) => one.party === party);
        return said === undefined ? (
          <span className="text-ink-2">{t("notSaid")}</span>
        ) : (
          <Covered letter={said.letter} differs={row.differ.includes(party)} />
        );
      },
    })),
    {
      key: "result",
      head: t("result"),
      isNamed: true,
      cell: (row: FigureRow) => <Result row={row} parties={participants.length} />,
    },
  ];
  return (
    <Section title={t("title")} action={t("count", { differing, all: figures.length })}>
      <Table caption={t("title")} rows={rows} rowKey={({ field }) => field} columns={columns} />
      <p className="mt-3 max-w-[720px] text-control text-ink-2">{t("letters")}</p>
    </Section>
  );
}
