import Link from "next/link";
import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { Holds } from "@/lib/audit/retention/schema";
import { shortDigest } from "@/lib/format";

function TransactionLink({ id }: { id: string }) {
  return (
    <Link
      href={`/transactions/${id}`}
      prefetch={false}
      title={id}
      className="font-mono underline decoration-line-2 underline-offset-4 hover:decoration-current"
    >
      {shortDigest(id)}
    </Link>
  );
}

type Held = Holds["transactions"][number];
type Preservation = Holds["preservations"][number];

function HeldTable({ rows }: { rows: readonly Held[] }) {
  const t = useTranslations("keeping.retention");
  const columns: Column<Held>[] = [
    {
      key: "transaction",
      head: t("hold.transaction"),
      isTitle: true,
      cell: (row) => <TransactionLink id={row.transaction_id} />,
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

function PreservationTable({ rows }: { rows: readonly Preservation[] }) {
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
      cell: (row) => (
        <span className="inline-flex flex-wrap justify-end gap-x-3 tablet:justify-start">
          {row.transactions.map((id) => (
            <TransactionLink key={id} id={id} />
          ))}
        </span>
      ),
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
export function HoldsInForce({ holds }: { holds: Holds | undefined }) {
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
          <PreservationTable rows={preservations} />
        </Section>
      )}
      {transactions.length === 0 ? null : (
        <Section level={3} title={t("heldTransactions")} className="mt-4">
          <HeldTable rows={transactions} />
        </Section>
      )}
      {holds.has_more ? <p className="mt-2 text-control text-ink-2">{t("more")}</p> : null}
    </>
  );
}
