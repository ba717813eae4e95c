import "server-only";
import { z } from "zod";
import { callService } from "@/lib/ipc/client";
import { PART_PATHS } from "@/lib/ipc/part-paths";
import type { ServiceHandler } from "@/lib/ipc/server";
import { MOST_RECENT, type RecentAlarm, recentAlarms } from "@/lib/telemetry/recent-alarms";

// How alarms of a part without the portal's database become alerts. A portal asks the part for the alarms of its last
// hour and opens the alerts. It accepts only names of alarms from the other part.

const MAX_BYTES = 65_536;
const Alarm = z.object({
  name: z
    .string()
    .regex(/^[a-z]+(?:[.-][a-z]+)*$/)
    .max(80),
  ago_ms: z.number().min(0),
});
const Answer = z.object({ alarms: z.array(Alarm).max(MOST_RECENT) });

/** Returns the part's interface, which also answers `GET /alarms`. */
export function withAlarms(handler: ServiceHandler): ServiceHandler {
  return async (request) => {
    if (request.path !== PART_PATHS.alarms) return handler(request);
    if (request.method !== "GET") return { status: 405, headers: { allow: "GET" } };
    return { status: 200, body: { alarms: recentAlarms() } };
  };
}

/** Returns the recent alarms of a part; none while it does not answer, which its health shows. */
export async function askAlarms(url: string, timeoutMs: number): Promise<readonly RecentAlarm[]> {
  try {
    const reply = await callService(url, {
      method: "GET",
      path: PART_PATHS.alarms,
      timeoutMs,
      maxBytes: MAX_BYTES,
    });
    return Answer.parse(JSON.parse(reply.body.toString("utf8"))).alarms;
  } catch {
    return [];
  }
}
