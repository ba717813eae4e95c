import { useTranslations } from "next-intl";
import { TransactionLinks, type TransactionNames } from "@/components/domain/transaction-links";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { Holds } from "@/lib/audit/retention/schema";

type Held = Holds["transactions"][number];
type Preservation = Holds["preservations"][number];

interface Rows<T> {
  readonly rows: readonly T[];
  readonly names: TransactionNames;
}

function HeldTable({ rows, names }: Rows<Held>) {
  const t = useTranslations("keeping.retention");
  const columns: Column<Held>[] = [
    {
      key: "transaction",
      head: t("hold.transaction"),
      isTitle: true,
      cell: (row) => <TransactionLinks ids={[row.transaction_id]} names={names} />,
    },
    {
      key: "until",
      head: t("hold.until"),
      isNumber: true,
      cell: (row) => <LocalTime instant={row.until} form="minute" />,
    },
  ];
  return (
    <Table
      caption={t("heldTransactions")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.transaction_id}
    />
  );
}

function PreservationTable({ rows, names }: Rows<Preservation>) {
  const t = useTranslations("keeping.retention");
  const columns: Column<Preservation>[] = [
    { key: "by", head: t("hold.by"), isTitle: true, cell: (row) => row.requested_by },
    {
      key: "reason",
      head: t("hold.reason"),
      cell: (row) => <span className="break-words">{row.reason}</span>,
    },
    {
      key: "transactions",
      head: t("hold.transactions"),
      cell: (row) => <TransactionLinks ids={row.transactions} names={names} />,
    },
    {
      key: "until",
      head: t("hold.until"),
      isNumber: true,
      cell: (row) => <LocalTime instant={row.until} form="minute" />,
    },
  ];
  return <Table caption={t("preservations")} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}

/** What is held and until when; for those who may not know of every case, why they are not shown. */
export function HoldsInForce({ holds, names }: { holds: Holds | undefined; names: TransactionNames }) {
  const t = useTranslations("keeping.retention");
  if (holds === undefined) return <p className="py-3 text-body text-ink-2">{t("holdsHidden")}</p>;
  const { transactions, preservations } = holds;
  if (transactions.length + preservations.length === 0)
    return <EmptyState title={t("noHolds.title")} text={t("noHolds.text")} />;
  return (
    <>
      <p className="pt-2 text-control text-ink-2">{t("holdsText")}</p>
      {preservations.length === 0 ? null : (
        <Section level={3} title={t("preservations")} className="mt-4">
          <PreservationTable rows={preservations} names={names} />
        </Section>
      )}
      {transactions.length === 0 ? null : (
        <Section level={3} title={t("heldTransactions")} className="mt-4">
          <HeldTable rows={transactions} names={names} />
        </Section>
      )}
      {holds.has_more ? <p className="mt-2 text-control text-ink-2">{t("more")}</p> : null}
    </>
  );
}
