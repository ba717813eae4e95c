import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { EndTime, StartTime } from "@/components/ui/begin-and-end";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import type { GrantView } from "@/lib/access/grants/schema";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { GroupName } from "@/lib/vocabulary";
import { leftOf, narrowersOf } from "../decision/narrowing/narrowed";
import { RemovedLines, type RemovedMember } from "../decision/narrowing/removed-item";
import { Covered } from "../decision/retyped-facts/fact-comparison";

interface Line {
  readonly key: "transactions" | "fields" | "level" | "from" | "until" | "views" | "exports";
  readonly asked: ReactNode;
  /** As granted, or as it is after a reviewer has narrowed it. */
  readonly now: ReactNode;
}

const UNDER_REVIEW: readonly RequestView["state"][] = [
  "stage_1",
  "stage_2",
  "needs_information",
  "overdue",
  "extended",
  "objected",
  "approved",
];

type NowHead = "granted" | "now" | "lastly";

/** Heading of the second column; absent while the request is unchanged. */
function nowHead(request: RequestView, grant: GrantView | undefined): NowHead | undefined {
  if (grant !== undefined) return "granted";
  if (narrowersOf(request).length === 0) return undefined;
  return UNDER_REVIEW.includes(request.state) ? "now" : "lastly";
}

/** The present value, below it what was removed and by whom. */
function Now({
  request,
  member,
  children,
}: {
  request: RequestView;
  member: RemovedMember;
  children: ReactNode;
}) {
  return (
    <>
      {children}
      <RemovedLines request={request} member={member} />
    </>
  );
}

function useLines(request: RequestView, grant: GrantView | undefined): readonly Line[] {
  const t = useTranslations("review");
  const domain = useTranslations("domain");
  const names = (groups: readonly GroupName[]) => groups.map((group) => domain(`fields.${group}`)).join(", ");
  const left = leftOf(request);
  // The order's end is one of the facts that a decider reads in the order first.
  const askedUntil =
    request.authorization?.withheld === true ? (
      <Covered />
    ) : request.until === undefined ? (
      t(request.authorization === undefined ? "scope.untilDays" : "scope.untilOrder")
    ) : (
      <EndTime instant={request.until} />
    );
  const until = grant?.not_after ?? left.until;
  const now = (member: RemovedMember, value: ReactNode) => (
    <Now request={request} member={member}>
      {value}
    </Now>
  );
  const askedLevel = domain(`levels.${request.level}`);
  const askedFrom =
    request.from === undefined ? t("scope.fromApproval") : <StartTime instant={request.from} />;
  return [
    {
      key: "transactions",
      asked: request.transactions.length,
      now: now("transactions", grant?.transactions.length ?? left.transactions),
    },
    { key: "fields", asked: names(request.fields), now: now("fields", names(grant?.fields ?? left.fields)) },
    {
      key: "level",
      asked: askedLevel,
      now: grant === undefined ? askedLevel : levelOf(grant, t, domain, names),
    },
    {
      key: "from",
      asked: askedFrom,
      now: grant === undefined ? askedFrom : <StartTime instant={grant.not_before} />,
    },
    {
      key: "until",
      asked: askedUntil,
      now: now("until", until === undefined ? askedUntil : <EndTime instant={until} />),
    },
    { key: "views", asked: request.max_views, now: now("views", grant?.max_views ?? left.maxViews) },
    {
      key: "exports",
      asked: request.max_exports,
      now: now("exports", grant?.max_exports ?? left.maxExports),
    },
  ];
}

/** What was requested, next to what remains of it or was granted. All of it stays visible. */
export function ScopeSection({
  request,
  grant,
  withReason = false,
}: {
  request: RequestView;
  grant: GrantView | undefined;
  /** With purpose and reason, where no section of their own shows them. */
  withReason?: boolean;
}) {
  const t = useTranslations("review");
  const domain = useTranslations("domain");
  const lines = useLines(request, grant);
  const head = nowHead(request, grant);
  const columns: Column<Line>[] = [
    { key: "name", head: t("scope.member"), cell: (line) => t(`scope.${line.key}`), isTitle: true },
    { key: "asked", head: t("scope.asked"), isNamed: true, cell: (line) => line.asked },
    ...(head === undefined
      ? []
      : [{ key: "now", head: t(`scope.${head}`), isNamed: true, cell: (line: Line) => line.now }]),
  ];
  return (
    <Section
      title={t(
        head === undefined ? "scope.titleAsked" : head === "granted" ? "scope.titleBoth" : "scope.titleNow",
      )}
      action={
        grant === undefined ? undefined : (
          <Link
            href={`/grants/${grant.id}`}
            prefetch={false}
            className="underline underline-offset-4 hover:text-ink print:hidden"
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
            ...(withReason
              ? [
                  { name: t("scope.purpose"), value: domain(`purposes.${request.purpose}`) },
                  {
                    name: t("scope.why"),
                    value: <span className="whitespace-pre-wrap">{request.justification}</span>,
                  },
                  ...(request.legal_basis === undefined
                    ? []
                    : [{ name: t("scope.basis"), value: request.legal_basis }]),
                ]
              : []),
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
