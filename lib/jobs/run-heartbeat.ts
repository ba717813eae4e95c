import "server-only";
import type { Clock } from "@/lib/clock";
import { type DbContext, inTransaction, type Tx } from "@/lib/db/transaction";
import { runLoop } from "@/lib/jobs/run-loop";
import type { Logger } from "@/lib/telemetry/logger";

/** Records that a process of this name is alive. Only health reads it. */
export async function upsertHeartbeat(
  tx: Tx,
  beat: { readonly name: string; readonly tenantId: string; readonly at: Date },
): Promise<void> {
  await tx.process_heartbeat.upsert({
    where: { tenant_id_name: { tenant_id: beat.tenantId, name: beat.name } },
    create: { name: beat.name, tenant_id: beat.tenantId, at: beat.at },
    update: { at: beat.at },
    select: { name: true },
  });
}

const PERIOD_MS = 5_000;

/**
 * Records every five seconds that this process runs. Health reports the process as late after fifteen seconds. Ends
 * with the signal.
 */
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
