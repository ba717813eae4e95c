import { useLocale, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { EndTime, StartTime } from "@/components/ui/begin-and-end";
import { ButtonLink } from "@/components/ui/button-link";
import { type Fact, Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { getGrant } from "@/lib/access/grants/get-grant";
import type { GrantView } from "@/lib/access/grants/schema";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { getRequest } from "@/lib/access/requests/request-view";
import type { ReviewView } from "@/lib/access/review/schema";
import * as requests from "@/lib/api-client/operations/access";
import * as grants from "@/lib/api-client/operations/grants";
import { loadPage } from "@/lib/http/pages/page";
import { PaperFacts } from "../_components/decision/retyped-facts/paper-facts";
import { RequestTimeline } from "../_components/facts/request-timeline";
import { ScopeSection } from "../_components/facts/scope-section";
import { loadReview } from "../_components/load-review";
import { FACT_NAMES, orderOnRecord, readingText } from "../_components/order/order-reading";
import { PrintButton } from "../_components/print-button";

interface PageProps {
  readonly params: Promise<{ readonly id: string }>;
}

export async function generateMetadata() {
  const t = await getTranslations("review");
  return { title: t("print.title") };
}

/** Request and decisions as one record for paper: everything unfolded, nothing to press. */
export default async function PrintPage({ params }: PageProps) {
  const { id } = await params;
  const t = await getTranslations("review");
  const found = await loadPage(requests.getRequest, `/confidential/access/requests/${id}`, (cx) =>
    getRequest(cx, id),
  );
  if (!found.ok)
    return <ProblemPage problem={found.problem} section={{ label: t("requests"), href: "/requests" }} />;
  const { value: request, principal } = found;
  const grantId = request.grant_id;
  const grant =
    grantId === undefined
      ? undefined
      : await loadPage(grants.getGrant, `/confidential/access/grants/${grantId}`, (cx) =>
          getGrant(cx, grantId),
        );
  const review = await loadReview(request, principal);
  return (
    <PrintRecord
      request={request}
      readings={review?.readings ?? []}
      grant={grant?.ok === true ? grant.value : undefined}
      reader={principal.name}
      madeAt={new Date().toISOString()}
    />
  );
}

interface RecordProps {
  readonly request: RequestView;
  readonly grant: GrantView | undefined;
  /** What the deciders read in the order: for those who have read it too. */
  readonly readings: ReviewView["readings"];
  readonly reader: string;
  readonly madeAt: string;
}

function PrintRecord({ request, grant, readings, reader, madeAt }: RecordProps) {
  const t = useTranslations("review");
  const domain = useTranslations("domain");
  const { authorization } = request;
  const jobOf = new Map(request.jobs.map((job) => [job.transaction_id, job.job_id]));
  const facts: Fact[] = [
    { name: t("print.requester"), value: `${request.requester.name}, ${request.requester.organisation}` },
    { name: t("print.state"), value: domain(`requestStates.${request.state}`) },
  ];
  return (
    <PageFrame
      crumbs={[
        { label: t("requests"), href: "/requests" },
        { label: request.reference, href: `/requests/${request.id}` },
        { label: t("printView") },
      ]}
      title={`${t("print.title")} ${request.reference}`}
      lead={
        <>
          {t("print.made")} <LocalTime instant={madeAt} /> {t("print.by")} {reader}
        </>
      }
      actions={
        <>
          <PrintButton />
          <ButtonLink href={`/requests/${request.id}`} look="secondary" size="form">
            {t("print.back")}
          </ButtonLink>
        </>
      }
    >
      <div className="max-w-[800px]">
        <Facts look="aligned" facts={facts} />
        <ScopeSection request={request} grant={grant} withReason />
        <Section title={t("print.transactions")} count={request.transactions.length}>
          <ul className="mt-2 font-mono text-note print:columns-2">
            {request.transactions.map((id) => (
              <li key={id}>
                {id} {jobOf.get(id)}
              </li>
            ))}
          </ul>
        </Section>
        {authorization === undefined ? null : (
          <Section title={t("print.authority")}>
            <div className="mt-2">
              <Facts look="aligned" facts={orderFacts(authorization, t, domain)} />
              <PaperFacts authorization={authorization} />
            </div>
          </Section>
        )}
        <Readings readings={readings} />
        <Decisions request={request} />
        <RequestTimeline request={request} isWhole />
        <p className="mt-6 text-note text-ink-2">{t("print.note")}</p>
      </div>
    </PageFrame>
  );
}

function orderFacts(
  authorization: NonNullable<RequestView["authorization"]>,
  t: ReturnType<typeof useTranslations<"review">>,
  domain: ReturnType<typeof useTranslations<"domain">>,
): Fact[] {
  const kind = { name: t("print.authority"), value: domain(`instruments.${authorization.kind}`) };
  const order = orderOnRecord(authorization);
  if (order === undefined) return [kind];
  return [
    kind,
    { name: t("facts.issuer"), value: order.issuer },
    { name: t("facts.case_number"), value: order.case_number },
    { name: t("facts.valid_from"), value: <StartTime instant={order.valid_from} /> },
    { name: t("facts.valid_until"), value: <EndTime instant={order.valid_until} /> },
  ];
}

/** The order's facts as each decider retyped them. */
function Readings({ readings }: { readings: ReviewView["readings"] }) {
  const t = useTranslations("review");
  const locale = useLocale();
  if (readings.length === 0) return null;
  return (
    <Section title={t("print.readings")} count={readings.length}>
      {readings.map(({ stage, by, at, confirms }) => (
        <div key={stage} className="break-inside-avoid border-line border-b py-2">
          <p className="font-medium text-control">
            {t(`stages.${stage}`)}: {t("print.readingBy", { name: by })}, <LocalTime instant={at} />
          </p>
          <Facts
            look="aligned"
            facts={FACT_NAMES.map((name) => ({
              name: t(`facts.${name}`),
              value: readingText(confirms[name], name, locale),
            }))}
          />
        </div>
      ))}
    </Section>
  );
}

const PROOFS = ["ed25519", "passkey", "evaluation", "none"] as const;

/** Who decided what, why, and how it is signed. */
function Decisions({ request }: { request: RequestView }) {
  const t = useTranslations("review");
  return (
    <Section title={t("print.decisions")} count={request.decisions.length}>
      {request.decisions.length === 0 ? <p className="mt-2 text-control">{t("print.none")}</p> : null}
      <ol>
        {request.decisions.map((decision) => (
          <li key={decision.id} className="break-inside-avoid border-line border-b py-2 text-control">
            <p className="font-medium">
              {t(`stages.${decision.stage}`)}: {t(`print.${decision.decision}`)}
              {decision.narrowed ? `, ${t("print.narrowed")}` : ""}
            </p>
            <p>
              {decision.approver.name}, {decision.approver.organisation}, <LocalTime instant={decision.at} />
            </p>
            <p className="whitespace-pre-wrap break-words">{decision.comment}</p>
            <p className="text-ink-2">
              {t(`print.proofs.${PROOFS.find((one) => one === decision.proof) ?? "none"}`)}
            </p>
          </li>
        ))}
      </ol>
    </Section>
  );
}
