import "server-only";
import type { Ratelimit as UpstashRatelimit } from "@upstash/ratelimit";
import type { Pool } from "pg";
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import type { Budget } from "@/lib/rate-limit/budgets";

/** The part of @upstash/ratelimit's answer that we use; `reset` is a Unix time in milliseconds. */
export type RatelimitResponse = Readonly<
  Pick<Awaited<ReturnType<UpstashRatelimit["limit"]>>, "success" | "limit" | "remaining" | "reset">
>;

/** The interface of @upstash/ratelimit's `Ratelimit`, so that Redis or Upstash can take this place. */
export interface Ratelimit {
  limit(identifier: string): Promise<RatelimitResponse>;
  /** Undoes one call: it did not have to count. */
  giveBack(identifier: string): Promise<void>;
}

const TIMEOUT_MS = 500;

function toResponse(budget: Budget, result: RateLimiterRes, success: boolean): RatelimitResponse {
  return {
    success,
    limit: budget.limit,
    remaining: Math.max(result.remainingPoints, 0),
    reset: Date.now() + Math.max(result.msBeforeNext, 0),
  };
}

/** A counter that does not answer soon is an error: a hung store must not decide that all is well. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error("the rate limiter's store did not answer in time")),
      TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function wrap(limiter: RateLimiterMemory | RateLimiterPostgres, budget: Budget): Ratelimit {
  return {
    async limit(identifier) {
      try {
        return toResponse(budget, await inTime(limiter.consume(identifier)), true);
      } catch (rejected) {
        // The library rejects with the result itself when the budget is spent, with an Error when it failed.
        if (rejected instanceof RateLimiterRes) return toResponse(budget, rejected, false);
        throw rejected;
      }
    },
    async giveBack(identifier) {
      await inTime(limiter.reward(identifier, 1));
    },
  };
}

/** Fixed windows in this process's memory. */
export function memoryRatelimit(name: string, budget: Budget): Ratelimit {
  return wrap(
    new RateLimiterMemory({ keyPrefix: name, points: budget.limit, duration: budget.windowSeconds }),
    budget,
  );
}

/** Fixed windows in the table `rate_limit`: exact, and shared by all instances. */
export function databaseRatelimit(name: string, budget: Budget, pool: Pool): Ratelimit {
  const limiter = new RateLimiterPostgres({
    storeClient: pool,
    storeType: "pool",
    tableName: "rate_limit",
    tableCreated: true,
    keyPrefix: name,
    points: budget.limit,
    duration: budget.windowSeconds,
  });
  return wrap(limiter, budget);
}
