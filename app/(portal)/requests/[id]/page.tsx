import Link from "next/link";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { LiveRefresh } from "@/components/client/live-refresh";
import { FollowButton } from "@/components/domain/follow-button";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { getGrant } from "@/lib/access/grants/get-grant";
import type { GrantDetail } from "@/lib/access/grants/schema";
import { noticeOfRequest } from "@/lib/access/notices/expected-notice";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { getRequest } from "@/lib/access/requests/request-view";
import type { ReviewView } from "@/lib/access/review/schema";
import * as requests from "@/lib/api-client/operations/access";
import * as grants from "@/lib/api-client/operations/grants";
import { loadPage } from "@/lib/http/pages/page";
import { followOf } from "@/lib/notify/follows/follows";
import { AssigneeButton } from "./_components/acts/assignee";
import { CoViewers } from "./_components/acts/co-viewers";
import { CommentSection } from "./_components/acts/comment-section";
import { IdentityButton } from "./_components/acts/identity-button";
import { DecideDialog } from "./_components/decision/decide-dialog";
import { ReadingBar } from "./_components/decision/reading-bar";
import { FirstReading, PaperFacts } from "./_components/decision/retyped-facts/paper-facts";
import { ReviewProvider } from "./_components/decision/review-state";
import { JobsSection, TransactionsSection } from "./_components/facts/asked-transactions";
import { Conflicts, PolicyStrip } from "./_components/facts/policy-strip";
import { RequestTimeline } from "./_components/facts/request-timeline";
import { ScopeSection } from "./_components/facts/scope-section";
import { SignatureReport } from "./_components/facts/signature-report";
import { StageStrip } from "./_components/facts/stage-strip";
import { WhySection } from "./_components/facts/why-section";
import { loadReview } from "./_components/load-review";
import { OrderSection } from "./_components/order/order-section";
import { QueueNav } from "./_components/queue-nav";
import { loadRelease } from "./_components/release/load-release";
import { type FrameProps, RequestPanel } from "./_components/request-panel";

interface PageProps {
  readonly params: Promise<{ readonly id: string }>;
}

export async function generateMetadata() {
  const t = await getTranslations("review");
  return { title: t("pageTitle") };
}

async function loadGrant({ grant_id: id }: RequestView): Promise<GrantDetail | undefined> {
  if (id === undefined) return undefined;
  const result = await loadPage(grants.getGrant, `/confidential/access/grants/${id}`, (cx) =>
    getGrant(cx, id),
  );
  return result.ok ? result.value : undefined;
}

export default async function RequestPage({ params }: PageProps) {
  const { id } = await params;
  const t = await getTranslations("review");
  const found = await loadPage(requests.getRequest, `/confidential/access/requests/${id}`, async (cx) => {
    const view = await getRequest(cx, id);
    const notice = await noticeOfRequest(cx, view);
    return { request: view, notice, follow: await followOf(cx, "request", view.id) };
  });
  if (!found.ok)
    return <ProblemPage problem={found.problem} section={{ label: t("requests"), href: "/requests" }} />;
  const {
    value: { request, notice, follow },
    principal,
  } = found;
  const [review, grant, release] = await Promise.all([
    loadReview(request, principal),
    loadGrant(request),
    loadRelease(request, principal),
  ]);
  const isOwn = request.requester.handle === principal.handle;
  const page = (
    <RequestFrame
      request={request}
      notice={notice}
      follow={follow}
      review={review}
      grant={grant}
      release={release}
      isOwn={isOwn}
      principal={principal}
    />
  );
  return (
    <>
      <LiveRefresh kinds={["request"]} id={request.id} />
      {review === undefined ? (
        page
      ) : (
        <ReviewProvider
          key={`${principal.handle} ${request.id}`}
          person={principal.handle}
          request={request}
          review={review}
          retypes={release !== undefined}
        >
          {page}
          <DecideDialog />
        </ReviewProvider>
      )}
    </>
  );
}

/** By what, how much is asked for, by whom and when; below it the reference. */
function Lead({ request, isOwn }: FrameProps) {
  const t = useTranslations("review");
  const kinds = useTranslations("domain.instruments");
  const { authority } = request;
  return (
    <>
      <p>
        {t.rich("lead", {
          kind: authority === undefined ? "none" : kinds(authority.kind),
          count: request.transactions.length,
          name: request.requester.name,
          own: isOwn ? "yes" : "no",
          time: () => <LocalTime instant={request.created_at} form="minute" />,
        })}
      </p>
      <Digest value={request.reference} label={t("reference")} isWhole />
    </>
  );
}

function RequestFrame(props: FrameProps) {
  const { request, review, grant, isOwn } = props;
  const t = useTranslations("review");
  const domain = useTranslations("domain");
  // Executives decide no stage. The release has its own rules, which its panel shows.
  const decides = props.release === undefined || review?.may_decide === true;
  const hasConflicts = decides && (review?.conflicts.length ?? 0) > 0;
  const waiting =
    review?.queue.position === undefined
      ? []
      : [{ label: t("waitingForMe"), href: "/requests?view=waiting" }];
  return (
    <PageFrame
      crumbs={[{ label: t("requests"), href: "/requests" }, ...waiting, { label: request.reference }]}
      title={t("title", {
        organisation: request.requester.organisation,
        purpose: domain(`purposesInText.${request.purpose}`),
      })}
      lead={<Lead {...props} />}
      apiCall={{ method: "GET", path: `/confidential/access/requests/${request.id}` }}
      actions={<PageActs {...props} />}
      facts={<RequestPanel {...props} />}
      factsLook={isOwn ? "facts" : "decision"}
    >
      {review?.may_decide === true ? <ReadingBar /> : null}
      <StageStrip request={request} until={grant?.not_after ?? review?.remaining.not_after} isOwn={isOwn} />
      <Banners review={review} />
      <WhySection request={request} notice={props.notice} />
      {request.authorization === undefined ? null : (
        <OrderSection requestId={request.id} authorization={request.authorization}>
          <FirstReading reading={review?.first_reading} decides={review?.may_decide === true} />
          <PaperFacts authorization={request.authorization} review={review} />
          <SignatureReport authorization={request.authorization} />
        </OrderSection>
      )}
      <IdentitySection {...props} />
      {review === undefined ? null : <PolicyStrip policy={review.policy} />}
      <div className={`mt-8 grid gap-8 [&>section]:mt-0 ${hasConflicts ? "drawn:grid-cols-2" : ""}`}>
        {review === undefined || !decides ? null : <Conflicts review={review} />}
        <RequestTimeline request={request} person={props.principal.handle} />
      </div>
      <ScopeSection request={request} grant={grant} />
      <CoViewers request={request} />
      {review === undefined ? (
        <JobsSection request={request} />
      ) : (
        <TransactionsSection request={request} transactions={review.transactions} />
      )}
      {request.state === "draft" ? null : <CommentSection request={request} />}
    </PageFrame>
  );
}

function PageActs({ request, review, principal, follow }: FrameProps) {
  const t = useTranslations("review");
  return (
    <>
      <Link
        href={`/requests/${request.id}/print`}
        prefetch={false}
        className="inline-flex min-h-touch items-center text-control text-ink-2 underline underline-offset-4 hover:text-ink tablet:min-h-bar tablet:px-1"
      >
        {t("printView")}
      </Link>
      {request.state === "draft" ? null : (
        <FollowButton
          kind="request"
          subject={request.id}
          name={request.reference}
          follow={follow}
          size="bar"
        />
      )}
      {review?.stage === undefined ? null : (
        <AssigneeButton request={request} deciders={review.deciders} person={principal.handle} />
      )}
      {review === undefined ? null : <QueueNav queue={review.queue} />}
    </>
  );
}

/** What a reviewer must see first. */
function Banners({ review }: { review: ReviewView | undefined }) {
  const t = useTranslations("review");
  if (review?.stage === undefined || !review.officer.is_first_request) return null;
  return (
    <Notice
      tone="amber"
      icon="warning"
      title={t("officer.firstTitle", { name: review.officer.name })}
      className="mb-6"
    >
      {t("officer.firstText")}
    </Notice>
  );
}

function IdentitySection({ request, review, principal }: FrameProps) {
  const t = useTranslations("review");
  if (review?.stage === undefined || !review.identity_check.is_required || review.identity_check.is_valid)
    return null;
  return (
    <Section title={t("identity.title")}>
      {principal.duties.includes("legal") || principal.duties.includes("executive") ? (
        <div className="mt-3">
          <IdentityButton
            requestId={request.id}
            officer={review.officer.name}
            check={review.identity_check}
          />
        </div>
      ) : (
        <p className="mt-3 text-control text-ink-2">{t("identity.byLegal")}</p>
      )}
    </Section>
  );
}
