import "server-only";
import type { Ratelimit } from "@/lib/rate-limit/ratelimit";

/** How long a counter that failed is not asked: a hung one would make every call wait for its time-out. */
const REST_MS = 1_000;

/**
 * Returns a counter that refuses no call because it is down: then this process's own counts decide, with the same
 * budget, and the other one is asked again a second later. `now` is a monotonic clock in milliseconds.
 */
export function insured(
  shared: Ratelimit,
  own: Ratelimit,
  onFailure: () => void,
  now: () => number = () => performance.now(),
): Ratelimit {
  let restsUntil = Number.NEGATIVE_INFINITY;
  async function either<T>(run: (limiter: Ratelimit) => Promise<T>): Promise<T> {
    if (now() < restsUntil) return run(own);
    try {
      return await run(shared);
    } catch {
      if (now() >= restsUntil) onFailure();
      restsUntil = now() + REST_MS;
      return run(own);
    }
  }
  return {
    limit: (identifier, weight) => either((limiter) => limiter.limit(identifier, weight)),
    giveBack: (identifier) => either((limiter) => limiter.giveBack(identifier)),
  };
}
