import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { EndTime } from "@/components/ui/begin-and-end";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import type { AuthorizationView, RequestView } from "@/lib/access/requests/answer-schema";
import { hexOfDigest } from "@/lib/digests";
import { formatCount, formatTime, regionName } from "@/lib/format";
import type { GroupName } from "@/lib/vocabulary";
import { type AnswerName, controlId } from "../answers/answers";
import { ScanTag } from "../document/document-state";
import { DocumentTitle } from "../document/document-title";

interface Row {
  readonly name: string;
  readonly value: ReactNode;
  /** The control that changes it. */
  readonly control: AnswerName | "document";
}

/** Question, answer, and the way to change it (GOV.UK, check answers). */
function Rows({ rows, form }: { rows: readonly Row[]; form: string }) {
  const t = useTranslations("requests.check");
  return (
    <dl className="text-control">
      {rows.map((row) => (
        <div
          key={row.name}
          className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-4 border-line border-b py-[6px] tablet:grid-cols-[176px_minmax(0,1fr)_auto]"
        >
          <dt className="text-ink-2">{row.name}</dt>
          <dd className="order-last col-span-2 min-w-0 whitespace-pre-line break-words tablet:order-none tablet:col-span-1">
            {row.value}
          </dd>
          <dd className="tablet:text-right">
            <Link
              href={`${form}#${controlId(row.control)}`}
              prefetch={false}
              className="inline-flex min-h-[24px] items-center underline underline-offset-4"
            >
              {t("change")}
              <span className="sr-only"> {row.name}</span>
            </Link>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function useTargetText(view: RequestView): ReactNode {
  const t = useTranslations("requests");
  const locale = useLocale();
  const day = (instant: string) => formatTime(new Date(instant), { timeZone: "UTC", locale, form: "minute" });
  const { query } = view;
  const jobs = new Map(view.jobs.map((job) => [job.transaction_id, job.job_id]));
  if (query === undefined)
    return (
      <ul>
        {view.transactions.map((id) => (
          <li key={id}>
            {jobs.get(id)} <span className="font-mono text-ink-2">{id}</span>
          </li>
        ))}
      </ul>
    );
  const parts = [
    ...(query.job_id === undefined ? [] : [t("check.queryJob", { job: query.job_id })]),
    ...(query.participant === undefined
      ? []
      : [t("check.queryParticipant", { participant: query.participant })]),
    ...(query.from === undefined ? [] : [t("check.queryFrom", { day: day(query.from) })]),
    ...(query.to === undefined ? [] : [t("check.queryTo", { day: day(query.to) })]),
  ];
  return t("check.query", { text: parts.join(", ") });
}

function useFieldsText(view: RequestView, masked: readonly GroupName[]): string {
  const t = useTranslations("requests.check");
  const domain = useTranslations("domain.fields");
  return view.fields
    .map((field) => {
      return masked.includes(field) ? t("masked", { field: domain(field) }) : domain(field);
    })
    .join(", ");
}

function useAuthorityRows(order: AuthorizationView | undefined): Row[] {
  const t = useTranslations("requests");
  const domain = useTranslations("domain.instruments");
  const locale = useLocale();
  if (order === undefined) return [];
  // An order names whole days; its end is the first instant after the last of them.
  const day = (ms: number) => formatTime(new Date(ms), { timeZone: "UTC", locale, form: "day" });
  const { sealed, recognition_basis: recognition } = order;
  const from = day(Date.parse(order.valid_from ?? ""));
  const until = day(Date.parse(order.valid_until ?? "") - 1);
  return [
    { name: t("new.authority.kind"), value: domain(order.kind), control: "kind" },
    { name: t("new.authority.issuer"), value: order.issuer ?? "", control: "issuer" },
    { name: t("new.authority.caseNumber"), value: order.case_number ?? "", control: "caseNumber" },
    { name: t("check.valid"), value: t("check.validSpan", { from, until }), control: "validFrom" },
    {
      name: t("new.authority.jurisdiction"),
      value: regionName(order.jurisdiction, locale),
      control: "jurisdiction",
    },
    ...(recognition === undefined
      ? []
      : ([
          { name: t("new.authority.recognitionBasis"), value: recognition, control: "recognitionBasis" },
        ] as const)),
    ...(order.single_use === true
      ? ([{ name: t("new.authority.use"), value: t("new.authority.useOnce"), control: "use" }] as const)
      : []),
    ...(sealed === undefined
      ? ([{ name: t("check.seal"), value: t("new.authority.seal.no"), control: "sealed" }] as const)
      : ([
          {
            name: t("check.seal"),
            value: t("check.sealText", { basis: sealed.basis, day: day(Date.parse(sealed.until) - 1) }),
            control: "sealedBasis",
          },
        ] as const)),
  ];
}

function DocumentAnswer({ order, person }: { order: AuthorizationView; person: string }) {
  const t = useTranslations("requests.new.authority");
  const check = useTranslations("requests.check");
  const { document } = order;
  // A signed order needs no document (api.md).
  if (document === undefined) return check("signedAlone");
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <DocumentTitle person={person} document={document} />
      <span>
        {t("sha")} <Digest value={hexOfDigest(document.sha256)} label={t("sha")} />
      </span>
      <ScanTag scan={document.scan} />
    </span>
  );
}

function usePeriodRows(view: RequestView, hasAuthority: boolean): Row[] {
  const t = useTranslations("requests");
  const locale = useLocale();
  const { until, authorization: order } = view;
  const thirty = t(hasAuthority ? "check.days30Order" : "check.days30");
  const isOrders =
    until !== undefined && order !== undefined && Date.parse(until) === Date.parse(order.valid_until ?? "");
  const begin =
    view.from === undefined ? t("check.onApproval") : <LocalTime instant={view.from} form="minute" />;
  const lastDay = new Date(Date.parse(until ?? "") - 1);
  const end = isOrders
    ? t("check.orderEnd", { day: formatTime(lastDay, { timeZone: "UTC", locale, form: "day" }) })
    : until === undefined
      ? thirty
      : undefined;
  return [
    { name: t("new.period.begin"), value: begin, control: "begin" },
    {
      name: t("new.period.end"),
      value: end ?? <EndTime instant={until ?? ""} />,
      control: "end",
    },
    { name: t("new.period.views"), value: formatCount(view.max_views, locale), control: "maxViews" },
    {
      name: t("new.period.exports"),
      value: formatCount(view.max_exports, locale),
      control: "maxExports",
    },
    ...(view.co_viewers === undefined
      ? []
      : ([
          {
            name: t("new.coViewers.label"),
            value: view.co_viewers.map(({ name }) => name).join(", "),
            control: "coViewers",
          },
        ] as const)),
  ];
}

/** All answers of a draft, in the order in which they were asked, with the fields that would be masked. */
export function CheckList(props: {
  view: RequestView;
  hasAuthority: boolean;
  person: string;
  masked: readonly GroupName[];
}) {
  const { view, hasAuthority } = props;
  const t = useTranslations("requests");
  const domain = useTranslations("domain.purposes");
  const form = `/requests/new?draft=${view.id}`;
  const target = useTargetText(view);
  const fields = useFieldsText(view, props.masked);
  const authority = useAuthorityRows(view.authorization);
  const period = usePeriodRows(view, hasAuthority);
  const document: Row[] =
    view.authorization === undefined
      ? []
      : [
          {
            name: t("check.document"),
            value: <DocumentAnswer order={view.authorization} person={props.person} />,
            control: "document",
          },
        ];
  return (
    <>
      <Section title={t("new.basis.title")}>
        <Rows
          form={form}
          rows={[
            { name: t("new.basis.purpose"), value: domain(view.purpose), control: "purpose" },
            {
              name: t("new.basis.legalBasis"),
              value: view.legal_basis ?? t("check.noBasis"),
              control: "legalBasis",
            },
            { name: t("new.basis.justification"), value: view.justification, control: "justification" },
          ]}
        />
      </Section>
      <Section title={t("new.transactions.title")}>
        <Rows
          form={form}
          rows={[
            {
              name: t("new.transactions.title"),
              value: target,
              control: view.query === undefined ? "ids" : "job",
            },
            { name: t("new.transactions.fields"), value: fields, control: "fields" },
          ]}
        />
      </Section>
      {authority.length === 0 ? null : (
        <Section title={t("new.authority.title")}>
          <Rows form={form} rows={[...document, ...authority]} />
        </Section>
      )}
      <Section title={t("new.period.title")}>
        <Rows form={form} rows={period} />
      </Section>
    </>
  );
}
