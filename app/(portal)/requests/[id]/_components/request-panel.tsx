import { isMaskedOnly, mayBeOpened, openingCallOf } from "@/components/opening/opening-call";
import type { OpeningRequest } from "@/components/opening/use-open-dialog";
import type { GrantDetail } from "@/lib/access/grants/schema";
import type { ExpectedNotice } from "@/lib/access/notices/schema";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { ReviewView } from "@/lib/access/review/schema";
import { isReviewer } from "@/lib/access/rules/action-rules";
import type { Principal } from "@/lib/context/principal";
import { DeadlineActs } from "./acts/deadline-acts";
import { EndAuthority } from "./acts/end-authority";
import { DecisionPanel } from "./decision/decision-panel";
import { RequesterPanel, ReviewerPanel, Standing } from "./facts/side-panel";
import type { ReleaseShown } from "./release/load-release";
import { ReleasePanel, ReleaseRefused } from "./release/release-panel";

/** What the page of a request knows. */
export interface FrameProps {
  readonly request: RequestView;
  readonly notice: ExpectedNotice | undefined;
  /** Under which id the reader follows the request. */
  readonly follow: string | undefined;
  readonly review: ReviewView | undefined;
  readonly grant: GrantDetail | undefined;
  readonly release: ReleaseShown | undefined;
  readonly isOwn: boolean;
  readonly principal: Principal;
}

/** Reviewers can end a legal authority. Only executives end access that executives released. */
function mayEndAuthority({ grant, principal }: FrameProps): boolean {
  return isReviewer(principal) && grant?.released_by === undefined;
}

/** What the requester may open under the grant of this request. */
function opensOf({ grant, principal }: FrameProps): OpeningRequest | undefined {
  if (grant === undefined || !mayBeOpened(grant)) return undefined;
  const { role, name: personName } = principal;
  return { grantId: grant.id, via: openingCallOf(role), personName, isMasked: isMaskedOnly(grant) };
}

/** The column at the right: what the requester, an executive or a reviewer can do. */
export function RequestPanel(props: FrameProps) {
  const { request, review, release, isOwn } = props;
  if (isOwn) return <RequesterPanel request={request} opens={opensOf(props)} />;
  if (release?.standing !== undefined)
    return (
      <>
        <ReleasePanel
          requestId={request.id}
          reference={request.reference}
          person={release.person}
          standing={release.standing}
        />
        {review?.may_decide === true && release.standing.release?.state !== "open" ? <DecisionPanel /> : null}
        <Standing request={request} />
      </>
    );
  if (release?.problem !== undefined)
    return (
      <>
        <ReleaseRefused code={release.problem.code} />
        <Standing request={request} />
      </>
    );
  return (
    <>
      {review?.may_decide === true ? <DecisionPanel /> : <ReviewerPanel request={request} review={review} />}
      <DeadlineActs request={request} />
      {review !== undefined && mayEndAuthority(props) ? <EndAuthority request={request} /> : null}
    </>
  );
}
