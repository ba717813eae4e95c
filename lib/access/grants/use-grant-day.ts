import "server-only";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";

/**
 * Takes one disclosure from a grant's budget of the day (identity.md "Rate limiting"), which its holder and co-viewers
 * share. Throws `rate.exceeded` (429) when the day's budget is used up and `service.limiter-unavailable` (503) when it
 * cannot be counted. Take it before the opening's transaction, and only for a permitted opening.
 */
export async function useGrantDay(cx: Pick<Context, "clock" | "limits">, grantId: string): Promise<void> {
  const draw = await cx.limits?.take("grant_day", grantId);
  if (draw === undefined || draw.success) return;
  const error = new DomainError("rate.exceeded", {
    detail: `This grant allows ${draw.limit} disclosures a day; all are used.`,
    retryAfterSeconds: Math.max(1, Math.ceil((draw.reset - cx.clock.nowMs()) / 1000)),
  });
  // Unlike a caller's own budget, a grant's day is a limit of what was approved, so its refusal is recorded.
  error.about = { outcome: "denied" };
  throw error;
}

/** Runs `commit` for one disclosure of the grant's day, and returns the disclosure to the budget if `commit` fails. */
export async function withinGrantDay<T>(
  cx: Pick<Context, "clock" | "limits" | "logger">,
  grantId: string,
  commit: () => Promise<T>,
): Promise<T> {
  await useGrantDay(cx, grantId);
  try {
    return await commit();
  } catch (error) {
    await cx.limits?.giveBack("grant_day", grantId).catch((failure: unknown) => {
      cx.logger.warn(
        { grant: grantId, err: failure },
        "a disclosure of the day was not given back to its grant",
      );
    });
    throw error;
  }
}
