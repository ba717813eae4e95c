import type { GrantEnds } from "@/lib/escrow/protocol/port";
import "server-only";
import { askCustodian, callCustodian, type PinnedCustodian } from "@/lib/escrow/client/transport";
import { PATHS, type Revocation } from "@/lib/escrow/protocol/messages";
import {
  CO_VIEWER_ENDS_PATH,
  type CoViewerEnd,
  ReviewResponse,
  type Suspension,
} from "@/lib/escrow/protocol/submissions";

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
