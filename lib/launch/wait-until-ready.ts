import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "@/lib/db/embedded/start-error";

const READY_WATCHDOG_MS = 90_000;

/** Returns when the portal answers that it is ready. Throws StartError after ninety seconds, and when the start is stopped. */
export async function waitUntilReady(baseUrl: string, logs: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_WATCHDOG_MS;
  let last = "no answer";
  while (Date.now() < deadline) {
    signal.throwIfAborted();
    try {
      const response = await fetch(`${baseUrl}/readyz`, { signal: AbortSignal.timeout(5_000) });
      // Read to its end, or the connection stays open and delays the portal's drain.
      await response.arrayBuffer();
      if (response.ok) return;
      last = `status ${response.status}`;
    } catch {
      last = "no answer";
    }
    await sleep(100);
  }
  throw new StartError(`The portal does not become ready (${last}). See ${logs}/portal.log.`);
}
