import type { RequestView } from "@/lib/access/requests/answer-schema";
import { reviewRequest } from "@/lib/access/review/review-request";
import type { ReviewView } from "@/lib/access/review/schema";
import * as decisions from "@/lib/api-client/operations/decisions";
import type { Principal } from "@/lib/context/principal";
import { loadPage } from "@/lib/http/pages/page";

/** What reviewers see; undefined for the requester and for people who may only read. */
export async function loadReview(
  request: RequestView,
  principal: Principal,
): Promise<ReviewView | undefined> {
  const isReviewer = principal.role === "coordinator" && request.requester.handle !== principal.handle;
  if (!isReviewer || request.state === "draft") return undefined;
  const path = `/confidential/access/requests/${request.id}/review`;
  const result = await loadPage(decisions.reviewRequest, path, (cx) => reviewRequest(cx, request.id));
  return result.ok ? result.value : undefined;
}
