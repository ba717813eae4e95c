import "server-only";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";

/**
 * Takes one disclosure of a grant's day (identity.md "Rate limiting"), whoever opens under it. Throws `rate.exceeded`
 * (429) when the day's are spent and `service.limiter-unavailable` (503) when they cannot be counted. Draw it before the
 * opening's transaction, and only for an opening that is permitted.
 */
export async function useGrantDay(cx: Pick<Context, "clock" | "limits">, grantId: string): Promise<void> {
  const draw = await cx.limits?.take("grant_day", grantId);
  if (draw === undefined || draw.success) return;
  throw new DomainError("rate.exceeded", {
    detail: `This grant allows ${draw.limit} disclosures in a day, and they are spent.`,
    retryAfterSeconds: Math.max(1, Math.ceil((draw.reset - cx.clock.nowMs()) / 1000)),
  });
}
