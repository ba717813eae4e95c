// The room jobs: loops of background work. This file repeats a pass with backoff until its signal ends, run-heartbeat.ts
// records that the process is alive. A pass that fails is logged, counted and retried; it never ends the process.

import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@/lib/telemetry/logger";
import { collectWith, counter, type Figure } from "@/lib/telemetry/metrics/registry";
import { processSlot } from "@/lib/telemetry/process-slot";
import { inSpan } from "@/lib/telemetry/tracing/spans";

const countRun = counter("sealport_job_runs_total");
const countSeconds = counter("sealport_job_seconds_total");

interface JobState {
  failures: number;
  /** Unix time in milliseconds; undefined before the first success. */
  doneAt: number | undefined;
}
const JOBS = processSlot<Map<string, JobState>>("jobs", () => new Map());

function jobFigures(): Figure[] {
  return [...JOBS].flatMap(([job, { failures, doneAt }]): Figure[] => [
    ["sealport_job_failures_in_a_row", failures, job],
    ...(doneAt === undefined
      ? []
      : [["sealport_job_last_success_timestamp_seconds", doneAt / 1_000, job] as const]),
  ]);
}

/** Counts each pass of a job. Loops of one name in a process count together. */
function watchJob(name: string): (outcome: "done" | "failed", ms: number, failures: number) => void {
  const state = JOBS.get(name) ?? { failures: 0, doneAt: undefined };
  JOBS.set(name, state);
  collectWith("jobs", jobFigures);
  for (const outcome of ["done", "failed"]) countRun(0, name, outcome);
  return (outcome, ms, failures) => {
    countRun(1, name, outcome);
    countSeconds(ms / 1_000, name);
    state.failures = failures;
    if (outcome === "done") state.doneAt = Date.now();
  };
}

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
 * Repeats `step` until the signal aborts: at once if `more` is true, otherwise after the period. A failure is logged as
 * an alarm and retried with growing pauses; it never ends the loop.
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
  const note = watchJob(name);
  let failures = 0;
  if (options.firstMs !== undefined)
    await sleep(options.firstMs, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted) {
    let pauseMs = periodMs;
    const begun = performance.now();
    try {
      const { more } = await inSpan(() => ({ name: `job ${name}` }), step);
      failures = 0;
      note("done", performance.now() - begun, 0);
      if (more) pauseMs = 0;
    } catch (error) {
      failures += 1;
      note("failed", performance.now() - begun, failures);
      pauseMs = Math.min(maxBackoffMs, periodMs * 2 ** Math.min(failures, 8));
      logger.error(
        { alarm: `${name}.failed`, failures, err: error },
        `the ${name} failed and will try again`,
      );
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
