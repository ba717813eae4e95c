import "server-only";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Runtime } from "@/lib/runtime/slot";
import { publishQuarters } from "@/lib/transparency/publish-quarters";

const PERIOD_MS = 10 * 60_000;

/** Publishes the figures of quarters that are over. */
export function keepTransparency(runtime: Runtime): void {
  const keep = (): void => {
    const cx = { ...runtime, client: {}, requestId: uuidv7(Date.now()), system: "portal" };
    publishQuarters(cx).catch((error: unknown) => {
      runtime.logger.warn({ err: error }, "a quarter's figures were not published; they will be");
    });
  };
  keep();
  setInterval(keep, PERIOD_MS).unref();
}
