import "server-only";
import type { Viewer } from "@/lib/access/requests/queue-store";
import { Stage } from "@/lib/access/requests/schema";
import { findRelatedPeople } from "@/lib/access/review/conflicts/store";
import { isExecutive, isReviewer, STAGE_DUTY } from "@/lib/access/rules/action-rules";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";

/** Returns the caller as a queue viewer: with the stages that their duties decide, and their conflicts of interest. */
export async function viewerOf(tx: Tx, cx: Pick<Context, "principal" | "clock">): Promise<Viewer> {
  const { principal } = cx;
  const decided = Stage.options.filter((stage) => principal.duties.includes(STAGE_DUTY[stage]));
  const stages = isReviewer(principal) ? decided : [];
  const { userId, organisationId, tenantId } = principal;
  const relatedPeople =
    stages.length === 0 ? {} : { relatedPeople: await findRelatedPeople(tx, tenantId, userId) };
  const sealed = await findSealedCases(tx, cx);
  return {
    userId,
    organisationId,
    tenantId,
    ...relatedPeople,
    stages,
    seesEscalated: isExecutive(principal),
    sealed,
  };
}
