import "server-only";
import type { Status } from "@/lib/api-client/operations/system";
import type { Context } from "@/lib/context/context";
import { onReplica } from "@/lib/db/replica";
import { inSnapshot } from "@/lib/db/transaction";
import { healthFor, isAuditing, isTakingCalls } from "@/lib/http/health/judge-health";
import { readHealth } from "@/lib/http/health/read-health";
import { countAll } from "@/lib/http/health/store";

/** Returns the state of the service for every key; only operators see alarms about disclosures. */
export async function readStatus(cx: Context): Promise<Status> {
  const health = healthFor(await readHealth(), cx.principal.role);
  const counts = await onReplica(cx, "status", (from) => inSnapshot(from, countAll));
  return {
    enabled: isTakingCalls(health),
    algorithm: "ECDH-ES+A256KW/A256GCM",
    participants_count: counts.participants,
    transactions_count: counts.transactions,
    audit_enabled: isAuditing(health),
    log_size: health.log.size,
    last_checkpoint_at: health.log.last_checkpoint_at,
    assurance: health.assurance,
    parts: health.parts.map(({ name, state }) => ({ name, state })),
    witness: health.log.witness,
    witnessed: health.log.witnessed,
    time_stamped_at: health.log.time_stamp?.at ?? null,
    time_stamped_size: health.log.time_stamp?.size ?? null,
    merge_delay: health.log.merge_delay,
    signer_refuses: health.log.refused,
    declared_losses: health.log.declared_losses,
    call_counter: health.counter,
    alarms: [...health.alarms],
  };
}
