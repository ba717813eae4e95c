import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { StartError } from "@/lib/db/embedded/start-error";
import { callService } from "@/lib/ipc/client";

const READY_WATCHDOG_MS = 90_000;
const NotReady = z.object({
  ...{ database: z.boolean(), migrations: z.boolean(), policies: z.boolean() },
  degraded: z.array(z.string()),
});

/** Returns why a portal is not ready, from the answer of /readyz: the failed checks, and the parts that do not run. */
function reasonOf(status: number, text: string): string {
  try {
    const { degraded, ...checks } = NotReady.parse(JSON.parse(text));
    const failed = Object.entries(checks).flatMap(([name, isMet]) => (isMet === false ? [name] : []));
    return `status ${status}; not yet: ${[...failed, ...degraded].join(", ")}`;
  } catch {
    return `status ${status}`;
  }
}

/**
 * Returns when the portal answers that it is ready. Throws StartError after 90 seconds, and the signal's reason when
 * the start is stopped.
 */
export async function waitUntilReady(baseUrl: string, logs: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_WATCHDOG_MS;
  let last = "no answer";
  while (Date.now() < deadline) {
    signal.throwIfAborted();
    try {
      // Its deadline keeps this process alive. With fetch a start waited for ever on a busy machine: no timer, no connection.
      const { status, body } = await callService(baseUrl, {
        method: "GET",
        path: "/readyz",
        timeoutMs: 5_000,
      });
      if (status === 200) return;
      last = reasonOf(status, body.toString("utf8"));
    } catch {
      last = "no answer";
    }
    await sleep(100);
  }
  throw new StartError(`The portal does not become ready (${last}). See ${logs}/portal.log.`);
}
