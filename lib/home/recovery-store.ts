import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";

/** A recovery of a lost key that waits for statements, or for the proof of the new key. */
export interface AskedRecovery {
  readonly id: string;
  readonly participantId: string;
  readonly oldKeyId: string;
  readonly oldKid: string;
  readonly askedAt: Date;
  readonly notAfter: Date;
}

const Row = z.object({
  id: z.string(),
  participant_id: z.string(),
  old_key_id: z.string(),
  old_kid: z.string(),
  asked_at: z.date(),
  not_after: z.date(),
});

/** Returns the instance's recoveries that can still be signed or proven, oldest first. */
export async function listAskedRecoveries(
  tx: Tx,
  which: { readonly tenantId: string; readonly at: Date; readonly limit: number },
): Promise<Readable<AskedRecovery>[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT r.id, r.participant_id, r.old_key_id, k.participant_id || '#' || k.version AS old_kid, r.asked_at, r.not_after
    FROM key_recovery r JOIN key_version k ON k.id = r.old_key_id
    WHERE r.tenant_id = ${which.tenantId}::uuid AND r.state = 'asked' AND r.not_after > ${which.at}
    ORDER BY r.id LIMIT ${which.limit}`);
  return readRows(rows, (record) => {
    const row = Row.parse(record);
    return {
      id: row.id,
      participantId: row.participant_id,
      oldKeyId: row.old_key_id,
      oldKid: row.old_kid,
      askedAt: row.asked_at,
      notAfter: row.not_after,
    };
  });
}
