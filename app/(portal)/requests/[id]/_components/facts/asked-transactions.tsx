import { useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { ReviewTransaction } from "@/lib/access/review/schema";
import { narrowedTransactions } from "../decision/narrowing/narrowed";
import { JobName } from "../decision/narrowing/removed-item";

/** The transactions that are asked for, for people who do not decide: the requester named them. */
export function JobsSection({ request }: { request: RequestView }) {
  const t = useTranslations("review.transactions");
  const { jobs, transactions } = request;
  const taken = narrowedTransactions(request);
  if (jobs.length === 0) return null;
  return (
    <Section title={t("title")} count={transactions.length}>
      <Table<RequestView["jobs"][number]>
        caption={t("title")}
        columns={[
          {
            key: "job",
            head: t("job"),
            cell: (row) => <JobName job={row.job_id} by={taken.get(row.transaction_id)} />,
            isTitle: true,
          },
          {
            key: "id",
            head: t("id"),
            cell: (row) => <Digest value={row.transaction_id} label={row.job_id} />,
          },
        ]}
        rows={jobs}
        rowKey={(row) => row.transaction_id}
        href={(row) => `/transactions/${row.transaction_id}`}
      />
      {transactions.length > jobs.length ? (
        <p className="mt-2 text-control text-ink-2">
          {t("rest", { count: transactions.length - jobs.length })}
        </p>
      ) : null}
    </Section>
  );
}

/** Metadata of the transactions that are asked for. */
export function TransactionsSection(props: {
  request: RequestView;
  transactions: readonly ReviewTransaction[];
}) {
  const t = useTranslations("review");
  const { request, transactions } = props;
  const taken = narrowedTransactions(request);
  const columns: Column<ReviewTransaction>[] = [
    {
      key: "job",
      head: t("transactions.job"),
      cell: (row) => <JobName job={row.job_id} by={taken.get(row.id)} />,
      isTitle: true,
    },
    { key: "parties", head: t("transactions.parties"), cell: (row) => row.participants.join(", ") },
    {
      key: "made",
      head: t("transactions.made"),
      cell: (row) => <LocalTime instant={row.created_at} form="day" />,
    },
    { key: "id", head: t("transactions.id"), cell: (row) => <Digest value={row.id} /> },
  ];
  const SHOWN = 25;
  const rest = transactions.slice(SHOWN);
  const table = (rows: readonly ReviewTransaction[]) => (
    <Table
      caption={t("transactions.title")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      href={(row) => `/transactions/${row.id}`}
    />
  );
  return (
    <Section title={t("transactions.title")} count={transactions.length}>
      {table(transactions.slice(0, SHOWN))}
      {rest.length === 0 ? null : (
        <details>
          <summary className="min-h-[24px] cursor-pointer py-1 text-control text-ink-2 underline underline-offset-4">
            {t("transactions.rest", { count: rest.length })}
          </summary>
          {table(rest)}
        </details>
      )}
    </Section>
  );
}
