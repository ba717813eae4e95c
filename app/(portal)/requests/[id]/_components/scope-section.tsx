import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Digest } from "@/components/ui/digest";
import { EndTime } from "@/components/ui/end-time";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import type { GrantView, RequestView } from "@/lib/access/answer-schema";
import type { ReviewTransaction } from "@/lib/access/review/schema";
import type { GroupName } from "@/lib/escrow/statements";

interface Line {
  readonly key: "transactions" | "fields" | "level" | "from" | "until" | "views";
  readonly asked: ReactNode;
  readonly granted: ReactNode;
}

/** What was asked, and beside it what was granted; both stay visible for ever. */
export function ScopeSection({ request, grant }: { request: RequestView; grant: GrantView | undefined }) {
  const t = useTranslations("review");
  const domain = useTranslations("domain");
  const names = (groups: readonly GroupName[]) => groups.map((group) => domain(`fields.${group}`)).join(", ");
  const time = (instant: string | undefined, other: string) =>
    instant === undefined ? other : <LocalTime instant={instant} form="minute" />;
  const end = (instant: string | undefined, other: string) =>
    instant === undefined ? other : <EndTime instant={instant} />;
  const lines: readonly Line[] = [
    { key: "transactions", asked: request.transactions.length, granted: grant?.transactions.length },
    {
      key: "fields",
      asked: names(request.fields),
      granted: grant === undefined ? null : names(grant.fields),
    },
    {
      key: "level",
      asked: domain(`levels.${request.level}`),
      granted: grant === undefined ? null : levelOf(grant, t, domain, names),
    },
    { key: "from", asked: time(request.from, t("scope.fromApproval")), granted: time(grant?.not_before, "") },
    {
      key: "until",
      asked: end(
        request.until,
        t(request.authorization === undefined ? "scope.untilDays" : "scope.untilOrder"),
      ),
      granted: end(grant?.not_after, ""),
    },
    { key: "views", asked: request.max_views, granted: grant?.max_views },
  ];
  const columns: Column<Line>[] = [
    { key: "name", head: t("scope.member"), cell: (line) => t(`scope.${line.key}`), isTitle: true },
    { key: "asked", head: t("scope.asked"), cell: (line) => line.asked },
    ...(grant === undefined
      ? []
      : [{ key: "granted", head: t("scope.granted"), cell: (line: Line) => line.granted }]),
  ];
  return (
    <Section
      title={grant === undefined ? t("scope.titleAsked") : t("scope.titleBoth")}
      action={
        grant === undefined ? undefined : (
          <Link
            href={`/grants/${grant.id}`}
            prefetch={false}
            className="underline underline-offset-4 hover:text-ink"
          >
            {t("scope.grant")}
          </Link>
        )
      }
    >
      <Table caption={t("scope.caption")} columns={columns} rows={lines} rowKey={(line) => line.key} />
      <div className="mt-2">
        <Facts
          look="aligned"
          facts={[
            { name: t("scope.purpose"), value: domain(`purposes.${request.purpose}`) },
            {
              name: t("scope.why"),
              value: <span className="whitespace-pre-wrap">{request.justification}</span>,
            },
            ...(request.legal_basis === undefined
              ? []
              : [{ name: t("scope.basis"), value: request.legal_basis }]),
            ...(request.digest === undefined
              ? []
              : [{ name: t("scope.digest"), value: <Digest value={request.digest} /> }]),
          ]}
        />
      </div>
    </Section>
  );
}

function levelOf(
  grant: GrantView,
  t: ReturnType<typeof useTranslations<"review">>,
  domain: ReturnType<typeof useTranslations<"domain">>,
  names: (groups: readonly GroupName[]) => string,
): ReactNode {
  const level = domain(`levels.${grant.level}`);
  if (grant.level === "masked" || grant.masked_fields.length === 0) return level;
  return t("scope.levelMasked", { level, fields: names(grant.masked_fields) });
}

/** The transactions that are asked for, for those who decide nothing: the requester named them himself. */
export function JobsSection({ request }: { request: RequestView }) {
  const t = useTranslations("review.transactions");
  const { jobs, transactions } = request;
  if (jobs.length === 0) return null;
  return (
    <Section title={t("title")} count={transactions.length}>
      <Table<RequestView["jobs"][number]>
        caption={t("title")}
        columns={[
          { key: "job", head: t("job"), cell: (row) => row.job_id, isTitle: true },
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
export function TransactionsSection({ transactions }: { transactions: readonly ReviewTransaction[] }) {
  const t = useTranslations("review");
  const columns: Column<ReviewTransaction>[] = [
    { key: "job", head: t("transactions.job"), cell: (row) => row.job_id, isTitle: true },
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
