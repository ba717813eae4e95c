import Link from "next/link";
import { useTranslations } from "next-intl";
import { useBasisColumn } from "@/components/domain/grant-basis";
import { StatusTag } from "@/components/domain/status-tag";
import { EndTime } from "@/components/ui/begin-and-end";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import { shownDue } from "@/lib/access/deadlines/shown-due";
import type { GrantView } from "@/lib/access/grants/schema";
import type { RequestSummary } from "@/lib/access/requests/answer-schema";
import type { Principal } from "@/lib/context/principal";
import { orderName } from "@/lib/format";
import type { Home } from "@/lib/home/schema";

const DAY_MS = 86_400_000;

function All({ href, children }: { href: string; children: string }) {
  return (
    <Link href={href} prefetch={false} className="underline underline-offset-4 hover:text-ink">
      {children}
    </Link>
  );
}

function Due({ request, nowMs }: { request: RequestSummary; nowMs: number }) {
  const t = useTranslations("home.others");
  const { answer: due } = shownDue(request);
  if (request.state === "needs_information")
    return (
      <Tag tone="plain" icon="pause">
        {t("paused")}
      </Tag>
    );
  if (due === undefined) return "–";
  const isLate = request.state === "overdue" || Date.parse(due) <= nowMs;
  // A late task shows since when it is late. A due task may show its last day only.
  const at = () => <LocalTime instant={due} form="minute" />;
  return isLate ? (
    <Tag tone="oxblood" icon="stop">
      {t.rich("overdue", { at })}
    </Tag>
  ) : (
    <Tag tone="plain" icon="clock">
      <EndTime instant={due} look="bare" />
    </Tag>
  );
}

/** What other reviewers have to decide: a reviewer without open tasks sees the work of the team. */
export function TeamSection({ home }: { home: Home }) {
  const t = useTranslations("home.team");
  const states = useTranslations("domain.requestStates");
  if (home.team.length === 0) return null;
  const nowMs = Date.parse(home.at);
  return (
    <Section title={t("title")} action={<All href="/requests?view=all">{t("all")}</All>}>
      <Table
        caption={t("caption")}
        rows={home.team}
        rowKey={(row) => row.id}
        href={(row) => `/requests/${row.id}`}
        columns={[
          {
            key: "reference",
            head: t("reference"),
            isTitle: true,
            cell: (row) => row.reference,
          },
          { key: "agency", head: t("agency"), cell: (row) => row.requester.organisation },
          { key: "stands", head: t("stands"), cell: (row) => states(row.state) },
          { key: "due", head: t("due"), cell: (row) => <ReviewBy request={row} nowMs={nowMs} /> },
        ]}
      />
    </Section>
  );
}

/** When the review is due. Reviewers have their own date, which is before the date of the answer. */
function ReviewBy({ request, nowMs }: { request: RequestSummary; nowMs: number }) {
  const { response_due_at: _answer, ...rest } = request;
  return <Due request={rest} nowMs={nowMs} />;
}

/** The reader's own requests that others decide, each with its state and due date. */
export function OthersSection({ home }: { home: Home }) {
  const t = useTranslations("home.others");
  const states = useTranslations("domain.requestStates");
  const kinds = useTranslations("domain.instruments");
  if (home.with_others.length === 0) return null;
  const nowMs = Date.parse(home.at);
  return (
    <Section
      title={t("title")}
      count={home.with_others.length}
      action={<All href="/requests">{t("all")}</All>}
    >
      <Table
        caption={t("caption")}
        rows={home.with_others}
        rowKey={(row) => row.id}
        href={(row) => `/requests/${row.id}`}
        columns={[
          {
            key: "reference",
            head: t("reference"),
            isTitle: true,
            cell: (row) => row.reference,
          },
          {
            key: "authority",
            head: t("authority"),
            cell: (row) =>
              row.authority === undefined
                ? t("none")
                : orderName(kinds(row.authority.kind), row.authority.case_number),
          },
          {
            key: "transactions",
            head: t("transactions"),
            isNumber: true,
            cell: (row) => row.transactions_count,
          },
          { key: "stands", head: t("stands"), cell: (row) => states(row.state) },
          { key: "due", head: t("due"), cell: (row) => <Due request={row} nowMs={nowMs} /> },
        ]}
      />
    </Section>
  );
}

const PARTIES: readonly string[] = ["client", "miner"];

/** A participant's newest transactions. */
export function OwnSection({ home, principal }: { home: Home; principal: Principal }) {
  const t = useTranslations("home.own");
  if (!PARTIES.includes(principal.role)) return null;
  return (
    <Section title={t("title")} action={<All href="/transactions">{t("all")}</All>}>
      {home.transactions.length === 0 ? (
        <EmptyState title={t("empty")} text={t("emptyText")} />
      ) : (
        <Table
          caption={t("caption")}
          rows={home.transactions}
          rowKey={(row) => row.transaction_id}
          href={(row) => `/transactions/${row.transaction_id}`}
          columns={[
            { key: "job", head: t("job"), isTitle: true, cell: (row) => row.job_id },
            {
              key: "with",
              head: t("with"),
              cell: (row) =>
                row.participants.filter((one) => one !== principal.participantId).join(", ") || "–",
            },
            {
              key: "sent",
              head: t("sent"),
              cell: (row) => <LocalTime instant={row.timestamp} form="minute" />,
            },
            {
              key: "state",
              head: t("state"),
              cell: (row) => <StatusTag status={row.status} />,
            },
          ]}
        />
      )}
    </Section>
  );
}

/** When a grant ends; the minute only on its last day, before that in the title. */
function Ends({ grant, nowMs }: { grant: GrantView; nowMs: number }) {
  const isSoon = Date.parse(grant.not_after) - nowMs < DAY_MS;
  return (
    <Tag tone={isSoon ? "amber" : "plain"} icon="clock">
      <EndTime instant={grant.not_after} form={isSoon ? "minute" : "day"} />
    </Tag>
  );
}

/** Grants in force that the reader may know of. A single grant of their own is already shown at the side. */
export function ForceSection({
  home,
  nowMs,
  principal,
}: {
  home: Home;
  nowMs: number;
  principal: Principal;
}) {
  const t = useTranslations("home.force");
  const basis = useBasisColumn<GrantView>();
  const isOnlyOwn = home.in_force.every((grant) => grant.holder === principal.handle);
  if (home.in_force.length === 0 || (isOnlyOwn && home.in_force.length < 2)) return null;
  return (
    <Section title={t("title")} count={home.counts.grants} action={<All href="/grants">{t("all")}</All>}>
      <Table
        caption={t("caption")}
        rows={home.in_force}
        rowKey={(row) => row.id}
        href={(row) => `/grants/${row.id}`}
        columns={[
          {
            key: "reference",
            head: t("reference"),
            isTitle: true,
            cell: (row) => row.reference,
          },
          basis,
          { key: "holder", head: t("holder"), isNamed: true, cell: (row) => row.holder_name },
          {
            key: "transactions",
            head: t("transactions"),
            isNumber: true,
            cell: (row) => row.transactions.length,
          },
          {
            key: "views",
            head: t("views"),
            isNumber: true,
            cell: (row) => t("ofViews", { left: row.views_left, all: row.max_views }),
          },
          { key: "ends", head: t("ends"), cell: (row) => <Ends grant={row} nowMs={nowMs} /> },
        ]}
      />
    </Section>
  );
}
