import Link from "next/link";
import { useTranslations } from "next-intl";
import { ReceiptDownload } from "@/components/domain/receipt-download";
import { OpenGrantButton } from "@/components/opening/opening-host";
import type { OpeningRequest } from "@/components/opening/use-open-dialog";
import { EndTime } from "@/components/ui/begin-and-end";
import { ButtonLink } from "@/components/ui/button-link";
import { type Fact, Facts } from "@/components/ui/facts";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { shownDue } from "@/lib/access/deadlines/shown-due";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { ReviewView } from "@/lib/access/review/schema";
import { CommentButton } from "../acts/comment-button";
import { Withdraw } from "../acts/withdraw";
import { ConflictNotice } from "../decision/conflict-notice";

const WITHDRAWABLE = [
  "draft",
  "submitted",
  "stage_1",
  "stage_2",
  "needs_information",
  "overdue",
  "extended",
  "objected",
];

const AWAITED: readonly RequestView["state"][] = ["stage_1", "stage_2", "overdue", "extended", "objected"];

/**
 * The deadline, and for reviewers when they should have decided. While the clock is paused no day is shown, because both move
 * by the length of the pause.
 */
function useDueFacts(request: RequestView, isOwn: boolean): Fact[] {
  const t = useTranslations("review.side");
  const { clock_paused_at: pausedAt, state } = request;
  const shown = shownDue(request);
  const answer = isOwn ? shown.answer : request.response_due_at;
  const review = isOwn ? undefined : shown.review;
  if (pausedAt !== undefined) {
    const time = () => <LocalTime instant={pausedAt} form="minute" />;
    return [{ name: t("due"), value: t.rich("paused", { time }) }];
  }
  if (!AWAITED.includes(state)) return [];
  return [
    ...(answer === undefined ? [] : [{ name: t("due"), value: <EndTime instant={answer} /> }]),
    ...(review === undefined ? [] : [{ name: t("reviewDue"), value: <EndTime instant={review} /> }]),
  ];
}

/** The request that this one continues, or the one that continues it. */
function linked(name: string, link: RequestView["continues"]): Fact[] {
  if (link === undefined) return [];
  return [
    {
      name,
      value: (
        <Link href={`/requests/${link.id}`} prefetch={false} className="underline underline-offset-4">
          {link.reference}
        </Link>
      ),
    },
  ];
}

/** State and deadline, for both sides. */
export function Standing({ request, isOwn = false }: { request: RequestView; isOwn?: boolean }) {
  const t = useTranslations("review");
  const domain = useTranslations("domain");
  const { escalated_to: escalated } = request;
  const facts: Fact[] = [
    {
      name: t("side.state"),
      value:
        isOwn && request.state === "needs_information"
          ? t("side.yourAnswer")
          : domain(`requestStates.${request.state}`),
    },
    ...useDueFacts(request, isOwn),
    ...(request.state !== "overdue" || escalated === undefined
      ? []
      : [{ name: t("side.escalated"), value: t(`side.escalatedTo.${escalated}`) }]),
    ...linked(t("side.continues"), request.continues),
    ...linked(t("side.continuedBy"), request.continued_by),
  ];
  const isAtStage = request.waiting_for === "legal" || request.waiting_for === "coordinator";
  const isWaiting = isAtStage && request.response_due_at !== undefined && escalated === undefined;
  return (
    <FactsSection title={t("side.title")} note={request.reference}>
      <Facts facts={facts} />
      {isWaiting ? <p className="mt-2 text-control text-ink-2">{t("side.silence")}</p> : null}
    </FactsSection>
  );
}

function questionOf(request: RequestView) {
  return request.state === "needs_information"
    ? request.timeline.findLast((event) => event.kind === "ask")
    : undefined;
}

/** Why it was denied, and how to ask again with what was missing. */
function Denied({ request, denial }: { request: RequestView; denial: RequestView["decisions"][number] }) {
  const t = useTranslations("review.side");
  return (
    <FactsSection title={t("denied")}>
      <Notice tone="oxblood" icon="stop" title={t("deniedBy", { name: denial.approver.name })}>
        <p className="font-medium">{t("missing")}</p>
        <p className="whitespace-pre-wrap break-words">{denial.comment}</p>
      </Notice>
      <p className="mt-4 mb-3 text-control text-ink-2">
        {t(request.authorization === undefined ? "againTextStaff" : "againText")}
      </p>
      <ButtonLink href={`/requests/new?from=${request.id}`} look="primary" size="form">
        {t("again")}
      </ButtonLink>
    </FactsSection>
  );
}

/** An address has room for so many records. */
const MOST_HELD = 50;

/** The form that places a legal hold, filled in with the request's records. */
function holdHref(transactions: readonly string[]): string {
  return `/audit/holds?records=${transactions.slice(0, MOST_HELD).join(",")}`;
}

/** For the requester: the open question, and what they can do. */
export function RequesterPanel({
  request,
  opens,
}: {
  request: RequestView;
  /** What the requester may open now. */
  opens: OpeningRequest | undefined;
}) {
  const t = useTranslations("review");
  const question = questionOf(request);
  const denial = request.decisions.find((one) => one.decision === "deny");
  return (
    <>
      {question === undefined ? null : (
        <FactsSection title={t("side.question")}>
          <Notice tone="amber" icon="comment" title={t("side.asks", { name: question.by_name ?? "" })}>
            <p className="whitespace-pre-wrap break-words">{question.comment}</p>
          </Notice>
          <div className="mt-4">
            <CommentButton requestId={request.id} isAnswer />
          </div>
        </FactsSection>
      )}
      {denial === undefined ? null : <Denied request={request} denial={denial} />}
      <Standing request={request} isOwn />
      <div className="grid gap-2">
        {request.state === "draft" ? (
          <ButtonLink href={`/requests/new?draft=${request.id}`} look="primary" size="form">
            {t("side.continue")}
          </ButtonLink>
        ) : null}
        {opens === undefined ? null : (
          <OpenGrantButton request={opens} look="primary" size="form" icon="eye">
            {t(opens.isMasked === true ? "side.viewMasked" : "side.openFields")}
          </OpenGrantButton>
        )}
        {request.grant_id === undefined ? null : (
          <ButtonLink href={`/grants/${request.grant_id}`} look="secondary" size="form">
            {t("side.openGrant")}
          </ButtonLink>
        )}
        {request.authorization === undefined || request.transactions.length === 0 ? null : (
          <ButtonLink href={holdHref(request.transactions)} look="secondary" size="form">
            {t("side.placeHold")}
          </ButtonLink>
        )}
        {WITHDRAWABLE.includes(request.state) ? (
          <Withdraw requestId={request.id} reference={request.reference} />
        ) : null}
      </div>
      {request.state === "draft" ? null : (
        <div className="mt-3">
          <ReceiptDownload of={{ request_id: request.id }} name={request.reference} />
        </div>
      )}
    </>
  );
}

const WHY = [
  "decision.stage",
  "default.stage-duty",
  "floor.same-person",
  "floor.organisation",
  "floor.party",
  "floor.self-approval",
] as const;

/** Why a reviewer cannot decide now, and what comes next. */
export function ReviewerPanel({ request, review }: { request: RequestView; review: ReviewView | undefined }) {
  const t = useTranslations("review");
  const why = WHY.find((one) => one === review?.why_not?.id);
  const word = why === undefined ? "other" : WHY_WORDS[why];
  const next = review?.queue.next;
  return (
    <>
      <ConflictNotice />
      <FactsSection title={t("panel.title")}>
        <p className="flex gap-2 text-control">
          <Icon name="nothing" className="mt-[2px] text-ink-3" />
          {t(`why.${word}`)}
        </p>
        {next === undefined ? null : (
          <p className="mt-3 text-control">
            <Link href={`/requests/${next}`} prefetch={false} className="underline underline-offset-4">
              {t("why.next")}
            </Link>
          </p>
        )}
      </FactsSection>
      <Standing request={request} />
    </>
  );
}

const WHY_WORDS = {
  "decision.stage": "stage",
  "default.stage-duty": "duty",
  "floor.same-person": "person",
  "floor.organisation": "organisation",
  "floor.party": "party",
  "floor.self-approval": "self",
} as const satisfies Record<(typeof WHY)[number], string>;
