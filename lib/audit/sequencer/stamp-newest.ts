import "server-only";
import type { Pool } from "pg";
import type { Clock } from "@/lib/clock";
import { parseMicros } from "@/lib/crypto/instant";
import type { Logger } from "@/lib/telemetry/logger";
import { askAuthority, type TimeStampAuthority } from "../timestamp/ask-authority";
import { checkpointImprint } from "../timestamp/imprint";
import { readLastCheckpoint, readLastStampAt, writeTimeStamp } from "./checkpoint-store";

/** A larger difference between the authority's clock and ours raises an alarm. */
const MAX_SKEW_MICROS = 60_000_000n;

export interface StamperOptions {
  readonly pool: Pool;
  readonly log: string;
  readonly logVkey: string;
  readonly authority: TimeStampAuthority;
  /** Least time between two stamps. */
  readonly periodMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Requests a time stamp for the newest checkpoint, unless it has one or another was made within the period. So a busy
 * log gets one stamp per period, and in a quiet log the newest checkpoint is stamped in the end. Returns its size, or
 * undefined when there was nothing to do. A failure throws (askAuthority); the checkpoint stays published and
 * unstamped.
 */
export async function stampNewest(options: StamperOptions): Promise<number | undefined> {
  const { pool, log, clock } = options;
  const newest = await readLastCheckpoint(pool, log);
  if (newest === undefined || newest.time_stamp !== null) return undefined;
  const lastAt = await readLastStampAt(pool, log);
  // Do not wait for the end of a period that begins in the future.
  const age = lastAt === undefined ? undefined : clock.nowMs() - lastAt.getTime();
  if (age !== undefined && age >= 0 && age < options.periodMs) return undefined;
  const stamp = await askAuthority(options.authority, checkpointImprint(newest.note, [options.logVkey]));
  watchSkew(options, stamp.at);
  return (await writeTimeStamp(pool, log, newest.size, stamp)) ? newest.size : undefined;
}

function watchSkew({ clock, logger }: StamperOptions, at: string): void {
  const skew = parseMicros(at) - clock.nowMicros();
  if (skew > MAX_SKEW_MICROS || skew < -MAX_SKEW_MICROS) {
    const seconds = Number(skew / 1_000_000n);
    logger.error({ alarm: "clock.skew", seconds }, "the authority's clock and ours differ");
  }
}
