import "server-only";
import { Redis } from "@upstash/redis";
import { DRAW_MS } from "@/lib/rate-limit/in-time";
import { overUpstash } from "@/lib/rate-limit/redis-scripts";
import { canDraw, type SharedCounters, sharedRatelimit } from "@/lib/rate-limit/shared-counters";

/** Counters in an Upstash database over its REST API. Each draw is one request; a failed one is not sent again. */
export function openUpstashCounters(options: {
  readonly url: string;
  readonly token: string;
}): SharedCounters {
  const client = new Redis({
    ...options,
    // The library's own default sends a failed command up to five times more: five draws for one call.
    retry: { retries: 0 },
    // The draw is given up in any case; this ends its request too, whatever else is busy.
    signal: () => AbortSignal.timeout(2 * DRAW_MS),
    readYourWrites: false,
    enableTelemetry: false,
    automaticDeserialization: true,
  });
  const scripts = overUpstash(client);
  return {
    kind: "upstash",
    ratelimit: (name, budget) => sharedRatelimit(scripts, name, budget),
    isUp: () => canDraw(scripts),
    close: () => undefined,
  };
}
