import "server-only";
import type { Refusal } from "@/lib/escrow/protocol/refusals";
import type { Logger } from "@/lib/telemetry/logger";

/** Thrown when the custodian refuses. The reason is stable. The detail is for the caller and contains no secret. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(
    readonly reason: Refusal,
    detail: string,
  ) {
    super(detail);
  }
}

/** The detail of each refusal before people have made the first roster. */
export const NO_ROSTER = "The custodian has no roster yet.";

/**
 * Returns what writes refusals to the custodian's log. Before the first roster the portal asks again and again, and each
 * time the answer is the same: that is one line, which names the next step.
 */
export function refusalLog(logger: Pick<Logger, "info" | "warn">): (refused: Refused) => void {
  let isSaid = false;
  return ({ reason, message }) => {
    if (message !== NO_ROSTER) return logger.warn({ reason }, "refused");
    if (!isSaid)
      logger.info(
        "waiting for the first roster, which `op roster begin` makes; until then statements are refused",
      );
    isSaid = true;
  };
}

export function refuse(reason: Refusal, detail: string): never {
  throw new Refused(reason, detail);
}
