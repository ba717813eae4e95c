import "server-only";
import { Redis } from "@upstash/redis";
import { DRAW_MS } from "@/lib/rate-limit/in-time";
import { overUpstash } from "@/lib/rate-limit/redis-scripts";
import { canDraw, type SharedCounters, sharedRatelimit } from "@/lib/rate-limit/shared-counters";

export interface UpstashOptions {
  readonly url: string;
  readonly token: string;
  /** How long a draw may take, in milliseconds; DRAW_MS by default. */
  readonly drawMs?: number | undefined;
}

/** Counters in an Upstash database over its REST API. Each draw is one request; a failed one is not sent again. */
export function openUpstashCounters({ url, token, drawMs = DRAW_MS }: UpstashOptions): SharedCounters {
  const client = new Redis({
    url,
    token,
    // The library's own default sends a failed command up to five times more: five draws for one call.
    retry: { retries: 0 },
    // The draw ends in any case. This also ends its HTTP request.
    signal: () => AbortSignal.timeout(2 * drawMs),
    readYourWrites: false,
    enableTelemetry: false,
    automaticDeserialization: true,
  });
  const scripts = overUpstash(client);
  return {
    kind: "upstash",
    ratelimit: (name, budget) => sharedRatelimit(scripts, name, budget, drawMs),
    isUp: () => canDraw(scripts),
    close: () => undefined,
  };
}
