import "server-only";
import type { Ratelimit as UpstashRatelimit } from "@upstash/ratelimit";
import type { Pool } from "pg";
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { openPool, type PoolOptions } from "@/lib/db/pool";
import type { Budget } from "@/lib/rate-limit/budgets";
import { DRAW_MS, inTime } from "@/lib/rate-limit/in-time";

/** The part of @upstash/ratelimit's answer that we use; `reset` is a Unix time in milliseconds. */
export type RatelimitResponse = Readonly<
  Pick<Awaited<ReturnType<UpstashRatelimit["limit"]>>, "success" | "limit" | "remaining" | "reset">
>;

/** The counter of one class, in any store. */
export interface Ratelimit {
  /** Draws this many calls at once, one by default. */
  limit(identifier: string, weight?: number): Promise<RatelimitResponse>;
  /** Returns one call to the budget, because it need not count. */
  giveBack(identifier: string): Promise<void>;
}

function toResponse(budget: Budget, result: RateLimiterRes, success: boolean): RatelimitResponse {
  return {
    success,
    limit: budget.limit,
    remaining: Math.max(result.remainingPoints, 0),
    reset: Date.now() + Math.max(result.msBeforeNext, 0),
  };
}

function wrap(
  limiter: RateLimiterMemory | RateLimiterPostgres,
  budget: Budget,
  withinMs = DRAW_MS,
): Ratelimit {
  return {
    async limit(identifier, weight = 1) {
      try {
        return toResponse(budget, await inTime(limiter.consume(identifier, weight), withinMs), true);
      } catch (rejected) {
        // The library rejects with the result itself when the budget is spent, with an Error when it failed.
        if (rejected instanceof RateLimiterRes) return toResponse(budget, rejected, false);
        throw rejected;
      }
    },
    async giveBack(identifier) {
      await inTime(limiter.reward(identifier, 1), withinMs);
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
export function databaseRatelimit(name: string, budget: Budget, pool: Pool, withinMs?: number): Ratelimit {
  const limiter = new RateLimiterPostgres({
    storeClient: pool,
    storeType: "pool",
    tableName: "rate_limit",
    tableCreated: true,
    keyPrefix: name,
    points: budget.limit,
    duration: budget.windowSeconds,
  });
  return wrap(limiter, budget, withinMs);
}

const MAX_CONNECTIONS = 4;
/** Counts may be lost in a crash of the server. If each draw waited for the disk, calls of one actor would have to queue. */
const UNWRITTEN = "options=-c%20synchronous_commit%3Doff";

/** Opens a pool for the counters only. A draw must not wait for the work that it limits, nor for the disk. */
export function openLimitPool(options: Omit<PoolOptions, "applicationName" | "maxConnections">): Pool {
  const url = `${options.url}${options.url.includes("?") ? "&" : "?"}${UNWRITTEN}`;
  return openPool({
    ...options,
    url,
    applicationName: "sealport-portal-limits",
    maxConnections: MAX_CONNECTIONS,
  });
}
