import "server-only";
import type { Clock } from "@/lib/clock";
import { type DbContext, inTransaction } from "@/lib/db/transaction";
import { runLoop } from "@/lib/jobs/run-loop";
import { upsertHeartbeat } from "@/lib/jobs/store";
import type { Logger } from "@/lib/telemetry/logger";

const PERIOD_MS = 5_000;

/** Records every five seconds that this process runs; health reports it late after fifteen. Ends with the signal. */
export function runHeartbeat(
  cx: DbContext & { readonly clock: Clock; readonly logger: Logger },
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const { tenantId } = cx.instance;
  return runLoop({ name: "heartbeat", periodMs: PERIOD_MS, signal, logger: cx.logger }, async () => {
    await inTransaction(cx, (tx) => upsertHeartbeat(tx, { name, tenantId, at: cx.clock.now() }));
    return { more: false };
  });
}
