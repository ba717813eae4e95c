import { isExecutive, isReviewer, STAGE_DUTY } from "@/lib/access/action-rules";
import type { Viewer } from "@/lib/access/queue/store";
import { Stage } from "@/lib/access/schema";
import type { Context } from "@/lib/context";

/** The caller as the queue sees him: with the stages his duties decide. */
export function viewerOf({ principal }: Pick<Context, "principal">): Viewer {
  const stages = Stage.options.filter((stage) => principal.duties.includes(STAGE_DUTY[stage]));
  const { userId, organisationId, tenantId } = principal;
  return {
    userId,
    organisationId,
    tenantId,
    stages: isReviewer(principal) ? stages : [],
    seesEscalated: isExecutive(principal),
  };
}
