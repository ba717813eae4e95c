import "server-only";
import { askCustodian, callCustodian, type PinnedCustodian } from "@/lib/escrow/client/transport";
import type { SignedReview } from "@/lib/escrow/protocol/break-glass-statement";
import { PATHS, type Revocation } from "@/lib/escrow/protocol/messages";
import {
  CO_VIEWER_ENDS_PATH,
  type CoViewerEnd,
  ReviewResponse,
  type Suspension,
} from "@/lib/escrow/protocol/submissions";

/** What ends a grant or follows its end, as the custodian is told. */
export interface GrantEnds {
  revoke(revocation: Revocation): Promise<void>;
  /** Takes a grant out of force for good. */
  suspend(suspension: Suspension): Promise<void>;
  /** Takes a co-viewer out of a request for good. */
  endCoViewer(end: CoViewerEnd): Promise<void>;
  /** Hands in another person's review of a use of break-glass. */
  review(review: SignedReview): Promise<ReviewResponse>;
}

export function createGrantEnds(pinned: PinnedCustodian): GrantEnds {
  const tell = async (path: string, body: Revocation | Suspension | CoViewerEnd): Promise<void> => {
    await callCustodian(pinned, { method: "POST", path, body });
  };
  return {
    revoke: (revocation) => tell(PATHS.revocations, revocation),
    suspend: (suspension) => tell(PATHS.suspensions, suspension),
    endCoViewer: (end) => tell(CO_VIEWER_ENDS_PATH, end),
    review: (review) => askCustodian(pinned, "POST", PATHS.reviews, ReviewResponse, review),
  };
}
