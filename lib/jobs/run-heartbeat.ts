import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { upsertHeartbeat } from "@/lib/jobs/store";

const PERIOD_MS = 5_000;

/** Says every five seconds that this process lives; health calls it late after fifteen. Ends with the signal. */
export async function runHeartbeat(
  cx: Pick<Context, "db" | "instance" | "clock" | "logger">,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await inTransaction(cx, (tx) =>
        upsertHeartbeat(tx, { name, tenantId: cx.instance.tenantId, at: cx.clock.now() }),
      );
    } catch (error) {
      const code = error instanceof DomainError ? error.code : "unexpected";
      cx.logger.warn({ code }, "the heartbeat was not written");
    }
    await sleep(PERIOD_MS, undefined, { signal }).catch(() => undefined);
  }
}
