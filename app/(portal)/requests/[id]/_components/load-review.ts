import { getLocale } from "next-intl/server";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { reviewRequest } from "@/lib/access/review/review-request";
import type { ReviewView } from "@/lib/access/review/schema";
import * as decisions from "@/lib/api-client/operations/decisions";
import type { Principal } from "@/lib/context/principal";
import { loadPage } from "@/lib/http/pages/page";

/**
 * Returns what reviewers see of a request. Undefined for a draft, for its requester, and for people who may not review
 * it.
 */
export async function loadReview(
  request: RequestView,
  principal: Principal,
): Promise<ReviewView | undefined> {
  const isReviewer = principal.role === "coordinator" && request.requester.handle !== principal.handle;
  if (!isReviewer || request.state === "draft") return undefined;
  const path = `/confidential/access/requests/${request.id}/review`;
  const language = await getLocale();
  const result = await loadPage(decisions.reviewRequest, path, (cx) =>
    reviewRequest(cx, request.id, language),
  );
  return result.ok ? result.value : undefined;
}
