import { getRelease } from "@/lib/access/executive-release/get-release";
import type { ReleaseStanding } from "@/lib/access/executive-release/schema";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import * as releases from "@/lib/api-client/operations/releases";
import type { Principal } from "@/lib/context/principal";
import { loadPage, type PageProblem } from "@/lib/http/pages/page";

/** The state of a release, or why this executive cannot act on it. */
export interface ReleaseShown {
  readonly person: string;
  readonly standing: ReleaseStanding | undefined;
  readonly problem: PageProblem | undefined;
}

/** What executives see of a request that was escalated to them; undefined for all others. */
export async function loadRelease(
  request: RequestView,
  principal: Principal,
): Promise<ReleaseShown | undefined> {
  const isTheirs = principal.duties.includes("executive") && request.escalated_to === "executive";
  if (!isTheirs || request.requester.handle === principal.handle) return undefined;
  const path = `/confidential/access/requests/${request.id}/releases`;
  const found = await loadPage(releases.getRelease, path, (cx) => getRelease(cx, request.id));
  return {
    person: principal.handle,
    standing: found.ok ? found.value : undefined,
    problem: found.ok ? undefined : found.problem,
  };
}
