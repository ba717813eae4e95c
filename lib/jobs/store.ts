import "server-only";
import type { Tx } from "@/lib/db/transaction";

/** Notes that a process of this name is alive, for health only. */
export async function upsertHeartbeat(
  tx: Tx,
  beat: { readonly name: string; readonly tenantId: string; readonly at: Date },
): Promise<void> {
  await tx.process_heartbeat.upsert({
    where: { name: beat.name },
    create: { name: beat.name, tenant_id: beat.tenantId, at: beat.at },
    update: { at: beat.at },
    select: { name: true },
  });
}
