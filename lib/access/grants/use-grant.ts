import "server-only";
import * as grants from "@/lib/access/grants/change-store";
import type { Context } from "@/lib/context/context";
import type { Run } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { Draw } from "@/lib/rate-limit/limits";

/**
 * Takes one view of a grant's budget in the caller's transaction and returns how many are left; exact under any number
 * of parallel calls. The same transaction must contain an entry `disclosure.open` with the subject `grant:<id>`, or it
 * cannot commit. The grant's row stays locked until then, so take it late.
 */
export async function useView(run: Run, cx: Pick<Context, "clock">, grantId: string): Promise<number> {
  const left = await grants.takeView(run, grantId, cx.clock.now());
  if (left !== undefined) return left;
  throw new DomainError("access.views-exhausted", {
    detail: "The grant has no views left, or is no longer in force.",
    extra: { reason: "default.views", reasons: ["default.views"] },
  });
}

/**
 * Takes one export of a grant's budget in the caller's transaction and returns how many are left; exact under any
 * number of parallel calls. The same transaction must contain an entry `audit.export` with the subject `grant:<id>`, or
 * it cannot commit. The grant's row stays locked until then, so take it late. Throws `access.exports-exhausted`.
 */
export async function useExport(tx: Tx, cx: Pick<Context, "clock">, grantId: string): Promise<number> {
  const left = await grants.takeExport(tx, grantId, cx.clock.now());
  if (left !== undefined) return left;
  throw new DomainError("access.exports-exhausted", {
    detail: "The grant has no exports left, or is no longer in force.",
    extra: { reason: "default.exports", reasons: ["default.exports"] },
  });
}

/**
 * Takes one disclosure from a grant's budget of the day (identity.md "Rate limiting"), which its holder and co-viewers
 * share. Throws `rate.exceeded` (429) when the day's budget is used up and `service.limiter-unavailable` (503) when it
 * cannot be counted. Take it before the opening's transaction, and only for a permitted opening.
 */
export async function useGrantDay(cx: Pick<Context, "clock" | "limits">, grantId: string): Promise<void> {
  const draw = await cx.limits?.take("grant_day", grantId);
  if (draw !== undefined && !draw.success) throw dayIsUsed(cx, draw);
}

function dayIsUsed(cx: Pick<Context, "clock">, { limit, reset }: Draw): DomainError {
  const error = new DomainError("rate.exceeded", {
    detail: `This grant allows ${limit} openings a day; all are used.`,
    retryAfterSeconds: Math.max(1, Math.ceil((reset - cx.clock.nowMs()) / 1000)),
    extra: { next_possible_at: new Date(reset).toISOString(), limit },
  });
  // Unlike a caller's own budget, a grant's day is a limit of what was approved, so its refusal is recorded.
  error.about = { outcome: "denied" };
  return error;
}

/** Throws `rate.exceeded` if the grant's budget of the day does not suffice for so many disclosures. It uses up none. */
export async function requireGrantDay(
  cx: Pick<Context, "clock" | "limits">,
  grantId: string,
  count: number,
): Promise<void> {
  const draw = await cx.limits?.take("grant_day", grantId);
  if (draw === undefined) return;
  if (!draw.success) throw dayIsUsed(cx, draw);
  await cx.limits?.giveBack("grant_day", grantId);
  if (draw.remaining + 1 < count) throw dayIsUsed(cx, draw);
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
        "disclosure not returned to its grant's budget of the day",
      );
    });
    throw error;
  }
}
