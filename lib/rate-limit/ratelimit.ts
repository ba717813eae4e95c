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

/** One class's counter, whatever keeps it. */
export interface Ratelimit {
  /** Draws this many calls at once, one by default. */
  limit(identifier: string, weight?: number): Promise<RatelimitResponse>;
  /** Undoes one call: it did not have to count. */
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
/** A count need not outlive the server's crash; waiting for the disk, calls of one actor would queue behind each other. */
const UNWRITTEN = "options=-c%20synchronous_commit%3Doff";

/** Connections of the counters alone: a draw must not wait behind the work that it meters, nor for a disk. */
export function openLimitPool(options: Omit<PoolOptions, "applicationName" | "maxConnections">): Pool {
  const url = `${options.url}${options.url.includes("?") ? "&" : "?"}${UNWRITTEN}`;
  return openPool({
    ...options,
    url,
    applicationName: "sealport-portal-limits",
    maxConnections: MAX_CONNECTIONS,
  });
}
