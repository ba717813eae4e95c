import "server-only";
import type { Pool } from "pg";
import { DomainError } from "@/lib/errors";
import { type Budget, budgetsWith, type LimitClass } from "@/lib/rate-limit/budgets";
import {
  databaseRatelimit,
  memoryRatelimit,
  type Ratelimit,
  type RatelimitResponse,
} from "@/lib/rate-limit/ratelimit";

/** One draw on a budget. */
export interface Draw extends RatelimitResponse {
  readonly name: LimitClass;
  readonly windowSeconds: number;
}

/** The budgets of one process. */
export interface Limits {
  /** Takes one call from the actor's budget. Throws when an exact counter cannot be reached: fail closed. */
  take(name: LimitClass, actor: string): Promise<Draw>;
  /** Gives a call back that was taken and shall not count after all. */
  giveBack(name: LimitClass, actor: string): Promise<void>;
}

type Overrides = Parameters<typeof budgetsWith>[0];

/** Opens the limiters: exact ones on PostgreSQL, the others in memory (identity.md "Rate limiting"). */
export function openLimits(pool: Pool, overrides: Overrides): Limits {
  const budgets = budgetsWith(overrides);
  const limiters = new Map<LimitClass, Ratelimit>();
  const limiterOf = (name: LimitClass, budget: Budget): Ratelimit => {
    const known = limiters.get(name);
    if (known !== undefined) return known;
    const made =
      budget.store === "memory" ? memoryRatelimit(name, budget) : databaseRatelimit(name, budget, pool);
    limiters.set(name, made);
    return made;
  };
  async function at<T>(name: LimitClass, run: (limiter: Ratelimit) => Promise<T>): Promise<T> {
    try {
      return await run(limiterOf(name, budgets[name]));
    } catch (cause) {
      // Only database counters can fail; they guard opening, deciding, exporting and signing in.
      throw new DomainError("service.limiter-unavailable", { cause, retryAfterSeconds: 2 });
    }
  }
  return {
    async take(name, actor) {
      const response = await at(name, (limiter) => limiter.limit(actor));
      return { ...response, name, windowSeconds: budgets[name].windowSeconds };
    },
    giveBack: (name, actor) => at(name, (limiter) => limiter.giveBack(actor)),
  };
}

/**
 * Draws on an account's budget of proofs. Once that is spent the account is slowed down and not locked, else anybody
 * could keep its owner out: each place, an address or a session, may try once in half a minute.
 */
export async function takeOrSlow(limits: Limits, account: string, place: string): Promise<Draw> {
  const draw = await limits.take("sign_in", account);
  return draw.success ? draw : limits.take("sign_in_slow", `${account} ${place}`);
}

/** `RateLimit-Policy`, `RateLimit` and, when spent, `Retry-After` (draft-ietf-httpapi-ratelimit-headers). */
export function limitHeaders(draw: Draw, nowMs: number): Record<string, string> {
  const seconds = Math.max(0, Math.ceil((draw.reset - nowMs) / 1000));
  return {
    "ratelimit-policy": `"${draw.name}";q=${draw.limit};w=${draw.windowSeconds}`,
    ratelimit: `"${draw.name}";r=${draw.remaining};t=${seconds}`,
    ...(draw.success ? {} : { "retry-after": String(Math.max(1, seconds)) }),
  };
}
