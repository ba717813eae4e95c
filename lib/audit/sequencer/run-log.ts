import "server-only";
import { runLoop } from "@/lib/jobs/run-loop";
import { counter } from "@/lib/telemetry/metrics/registry";
import { type CheckpointerOptions, createCheckpointer } from "./checkpointer";
import { requireNotBehind } from "./not-behind";
import { createQuarantine } from "./quarantine";
import { findStrays, integrateBatch, prepareLog, SEQUENCER_BATCH } from "./sequencer";
import { type StamperOptions, stampNewest } from "./stamp-newest";

const countEntries = counter("sealport_sequenced_entries_total");

/** Default pause between two batches. */
const SEQUENCE_MS = 150;
const CHECKPOINT_MS = 500;
const STRAYS_MS = 5_000;
const STAMP_LOOK_MS = 2_000;
const STAMP_BACKOFF_MS = 60_000;

/** How often and how much is integrated at once; both bounded by lib/env.ts. */
export interface SequencerPace {
  readonly periodMs?: number;
  readonly batch?: number;
}

/** Runs sequencer and checkpointer until the signal aborts. Several workers may do so at once. */
export async function runLog(
  options: CheckpointerOptions & { readonly signal: AbortSignal; readonly pace?: SequencerPace },
): Promise<void> {
  const { signal, logger, pool, pace = {} } = options;
  const malformed = createQuarantine(logger);
  const checkpointer = createCheckpointer(options);
  let isPrepared = false;
  const sequence = async (): Promise<{ more: boolean }> => {
    if (!isPrepared) {
      await prepareLog(pool, options);
      await requireNotBehind(pool, options.log, options);
    }
    // Checked again after every failure: after an outage, the database may be an older copy.
    isPrepared = false;
    const { more, added } = await integrateBatch(pool, options, pace.batch ?? SEQUENCER_BATCH, malformed);
    countEntries(added);
    isPrepared = true;
    return { more };
  };
  const checkpoint = async (): Promise<{ more: boolean }> => {
    await checkpointer.step();
    return { more: false };
  };
  await Promise.all([
    runLoop({ name: "sequencer", periodMs: pace.periodMs ?? SEQUENCE_MS, signal, logger }, sequence),
    runLoop({ name: "checkpoint", periodMs: CHECKPOINT_MS, signal, logger }, checkpoint),
    runLoop({ name: "strays", periodMs: STRAYS_MS, signal, logger }, async () => {
      await findStrays(pool, options, malformed);
      return { more: false };
    }),
  ]);
}

/**
 * Requests time stamps for checkpoints until the signal aborts. It runs apart from the log's loops, because an
 * authority may be slow or unavailable.
 */
export function runStamper(options: StamperOptions & { readonly signal: AbortSignal }): Promise<void> {
  const { signal, logger } = options;
  const loop = {
    name: "time-stamp",
    periodMs: STAMP_LOOK_MS,
    maxBackoffMs: STAMP_BACKOFF_MS,
    signal,
    logger,
  };
  return runLoop(loop, async () => {
    await stampNewest(options);
    return { more: false };
  });
}
