import "server-only";
import type { Viewer } from "@/lib/access/requests/queue-store";
import { Stage } from "@/lib/access/requests/schema";
import { findRelatedPeople } from "@/lib/access/review/conflicts/store";
import { isExecutive, isReviewer, STAGE_DUTY } from "@/lib/access/rules/action-rules";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import type { Context } from "@/lib/context/context";
import type { Running } from "@/lib/db/statement";

function stagesOf(principal: Context["principal"]): Stage[] {
  if (!isReviewer(principal)) return [];
  return Stage.options.filter((stage) => principal.duties.includes(STAGE_DUTY[stage]));
}

/** Returns the caller as a queue viewer: with the stages that their duties decide, and their conflicts of interest. */
export function toViewer(
  { principal }: Pick<Context, "principal">,
  { relatedPeople, sealed }: Pick<Viewer, "relatedPeople" | "sealed">,
): Viewer {
  const { userId, organisationId, tenantId } = principal;
  const stages = stagesOf(principal);
  return {
    userId,
    organisationId,
    tenantId,
    ...(stages.length === 0 || relatedPeople === undefined ? {} : { relatedPeople }),
    stages,
    seesEscalated: isExecutive(principal),
    sealed,
  };
}

/** Reads the caller's conflicts of interest and the cases sealed from them. Returns the caller as a queue viewer. */
export async function viewerOf(tx: Running, cx: Pick<Context, "principal" | "clock">): Promise<Viewer> {
  const { tenantId, userId } = cx.principal;
  const decides = stagesOf(cx.principal).length > 0;
  const [relatedPeople, sealed] = await Promise.all([
    decides ? findRelatedPeople(tx, tenantId, userId) : undefined,
    findSealedCases(tx, cx),
  ]);
  return toViewer(cx, { ...(relatedPeople === undefined ? {} : { relatedPeople }), sealed });
}
