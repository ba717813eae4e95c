import "server-only";
import type { Context } from "@/lib/context/context";
import { countPlaces } from "@/lib/home/count-places";
import type { LogState, RailState } from "@/lib/home/schema";
import { readHealth } from "@/lib/http/health/read-health";

/** Returns the state of the log that every signed-in person sees. */
export async function readLogState(): Promise<LogState> {
  const { log } = await readHealth();
  return { size: log.size, signed_at: log.last_checkpoint_at, witness: log.witness };
}

/** Returns what the rail shows: the counts next to the places, and the state of the log below them. */
export async function readRail(cx: Context): Promise<RailState> {
  const [counts, log] = await Promise.all([countPlaces(cx), readLogState()]);
  return { ...counts, log };
}
