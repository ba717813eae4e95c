import "server-only";
import { Ratelimit as UpstashRatelimit } from "@upstash/ratelimit";
import type { Budget } from "@/lib/rate-limit/budgets";
import { inTime } from "@/lib/rate-limit/in-time";
import type { Ratelimit } from "@/lib/rate-limit/ratelimit";
import type { ScriptRunner } from "@/lib/rate-limit/redis-scripts";

/** All our keys begin with it, so that a Redis may be shared with something else. */
export const KEY_PREFIX = "sealport:limit";

/** Counters that all portals of an instance share. */
export interface SharedCounters {
  readonly kind: "upstash" | "redis";
  /** The counter of one class. A draw throws when the store fails, is late or answers no count. */
  ratelimit(name: string, budget: Budget): Ratelimit;
  /** Whether a draw succeeds now: a server that answers and does not count is not up. */
  isUp(): Promise<boolean>;
  close(): void;
}

/** A store that a budget could not be drawn from. */
export class CounterError extends Error {
  override readonly name = "CounterError";
}

function unused(): never {
  throw new CounterError("dynamic limits are not used");
}

/**
 * Fixed windows by @upstash/ratelimit, one script for each draw: exact over all portals. Its own blocking cache is off,
 * since it grows with every caller and ignores returned draws; its telemetry is off too.
 */
export function sharedRatelimit(
  scripts: Pick<ScriptRunner, "evalsha" | "eval">,
  name: string,
  budget: Budget,
  drawMs?: number,
): Ratelimit {
  const redis = { ...scripts, get: unused, set: unused };
  const limiter = new UpstashRatelimit({
    redis,
    limiter: UpstashRatelimit.fixedWindow(budget.limit, `${budget.windowSeconds} s`),
    prefix: `${KEY_PREFIX}:${name}`,
    // Its own time-out lets the call pass, and fires for answers that are there when this process was busy itself.
    timeout: 0,
    ephemeralCache: false,
    enableTelemetry: false,
  });
  async function draw(identifier: string, rate: number) {
    const answer = await inTime(limiter.limit(identifier, { rate }), drawMs);
    // An answer with a reason was given without the count.
    if (answer.reason !== undefined) throw new CounterError(`no count: ${answer.reason}`);
    const { success, limit, remaining, reset } = answer;
    return { success, limit, remaining, reset };
  }
  return {
    limit: (identifier, weight = 1) => draw(identifier, weight),
    async giveBack(identifier) {
      await draw(identifier, -1);
    },
  };
}

const PROBE = { limit: 1_000_000, windowSeconds: 60, fails: "closed" } as const;

/** Draws on a budget that no caller has. */
export async function canDraw(scripts: Pick<ScriptRunner, "evalsha" | "eval">): Promise<boolean> {
  try {
    return (await sharedRatelimit(scripts, "probe", PROBE).limit("probe")).success;
  } catch {
    return false;
  }
}
