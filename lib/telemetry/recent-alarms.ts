import "server-only";
import { processSlot } from "@/lib/telemetry/process-slot";

/** An alarm of this process's log: its name, and how long ago it was last raised, by a clock that never goes back. */
export interface RecentAlarm {
  readonly name: string;
  readonly ago_ms: number;
}

const KEPT_MS = 60 * 60_000;
/** Names are the program's own, so there are few. */
export const MOST_RECENT = 50;

const RAISED = processSlot<Map<string, number>>("recent-alarms", () => new Map());

/** Notes that a line of this process's log carries an alarm. */
export function noteAlarm(name: string): void {
  RAISED.delete(name);
  RAISED.set(name, performance.now());
  for (const oldest of RAISED.keys()) {
    if (RAISED.size <= MOST_RECENT) break;
    RAISED.delete(oldest);
  }
}

/** Returns the alarms of the last hour, each with the last time it was raised. */
export function recentAlarms(): RecentAlarm[] {
  const now = performance.now();
  return [...RAISED]
    .map(([name, at]) => ({ name, ago_ms: now - at }))
    .filter(({ ago_ms }) => ago_ms < KEPT_MS);
}
