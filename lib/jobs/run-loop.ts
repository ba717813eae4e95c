// The room jobs: loops of background work. This file repeats a pass with backoff until its signal ends,
// run-heartbeat.ts records that the process is alive. A pass that fails is logged and retried; it never ends the
// process.

import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@/lib/telemetry/logger";

const MAX_BACKOFF_MS = 5_000;

export interface LoopOptions {
  readonly name: string;
  readonly periodMs: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Longest pause after failures; five seconds or the period, whichever is longer, unless given. */
  readonly maxBackoffMs?: number;
  /** Pause before the first pass; 0 by default. */
  readonly firstMs?: number;
}

/**
 * Repeats `step` until the signal aborts: at once while it answers that there is more, otherwise after the period. A
 * failure is logged as an alarm and retried with growing pauses; it never ends the loop.
 */
export async function runLoop(
  options: LoopOptions,
  step: () => Promise<{ readonly more: boolean }>,
): Promise<void> {
  const {
    signal,
    logger,
    name,
    periodMs,
    maxBackoffMs = Math.max(MAX_BACKOFF_MS, options.periodMs),
  } = options;
  let failures = 0;
  if (options.firstMs !== undefined)
    await sleep(options.firstMs, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted) {
    let pauseMs = periodMs;
    try {
      const { more } = await step();
      failures = 0;
      if (more) pauseMs = 0;
    } catch (error) {
      failures += 1;
      pauseMs = Math.min(maxBackoffMs, periodMs * 2 ** Math.min(failures, 8));
      logger.error(
        { alarm: `${name}.failed`, failures, err: error },
        `the ${name} failed and will try again`,
      );
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
